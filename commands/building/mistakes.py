"""What is obviously wrong or old in a Dockerfile, told by the line before it is built."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Sequence

from commands.building.dockerfile import INSTRUCTIONS, Instruction

TOLD = 10  # mistakes that are named; whoever has more has another kind of file
_WIDTH = 40  # characters of a word that are shown
_ONCE = ("CMD", "ENTRYPOINT", "HEALTHCHECK")  # of several in a stage only the last one counts
_NO_FROM = "There is no FROM, which says the image to begin with, such as FROM busybox."
_EMPTY = "There is no instruction in it. The first one is FROM, which says the image to begin with."
_LATE = "Line {}: {} stands before the first FROM, where only ARG may stand."
_LOWER = "Line {}: {} is read as {}; instructions are commonly written in capitals."
_UNKNOWN = "Line {}: there is no instruction {}."
_NEAR = " Did you mean {}?"
_MAINTAINER = "Line {}: MAINTAINER is deprecated. LABEL maintainer=NAME says the same."
_SEVERAL = "Lines {} and {}: there are several {} in this stage, and only the last one counts."
_MORE = "There are {} more of that kind."


def told(instructions: Sequence[Instruction]) -> list[str]:
    """A sentence for each mistake, in order of the lines; the first ones of many."""
    found = [*_beginning(instructions), *(text for _, text in sorted(_by_line(instructions)))]
    return found if len(found) <= TOLD else [*found[:TOLD], _MORE.format(len(found) - TOLD)]


def _beginning(instructions: Sequence[Instruction]) -> Iterator[str]:
    if not instructions:
        yield _EMPTY
    elif not any(each.name == "FROM" for each in instructions):
        yield _NO_FROM


def _by_line(instructions: Sequence[Instruction]) -> Iterator[tuple[int, str]]:
    """The mistakes and the lines in which they are."""
    yield from ((each.line, text) for each in instructions for text in _in_one(each))
    yield from _too_early(instructions)
    yield from _repeated(instructions)


def _in_one(each: Instruction) -> Iterator[str]:
    inner = each.inner()
    if inner.name not in INSTRUCTIONS:
        near = difflib.get_close_matches(inner.name, INSTRUCTIONS, n=1)
        word = inner.word[:_WIDTH] if inner.word.isprintable() else "of such a word"
        yield _UNKNOWN.format(each.line, word) + (_NEAR.format(near[0]) if near else "")
    elif inner.name == "MAINTAINER":
        yield _MAINTAINER.format(each.line)
    elif inner.word != inner.word.upper():
        yield _LOWER.format(each.line, inner.word, inner.name)


def _too_early(instructions: Sequence[Instruction]) -> Iterator[tuple[int, str]]:
    names = [each.name for each in instructions]
    before = names.index("FROM") if "FROM" in names else 0
    for each in instructions[:before]:
        if each.name != "ARG" and each.name in INSTRUCTIONS:
            yield each.line, _LATE.format(each.line, each.name)


def _repeated(instructions: Sequence[Instruction]) -> Iterator[tuple[int, str]]:
    """Those of which an earlier one is for nothing, told at the line of the last one."""
    for stage in _stages(instructions):
        lines = defaultdict(list)
        for each in stage:
            lines[each.name].append(each.line)
        for name in _ONCE:
            *early, last = lines.get(name) or [0]
            if early:
                yield last, _SEVERAL.format(", ".join(str(line) for line in early), last, name)


def _stages(instructions: Sequence[Instruction]) -> Iterator[list[Instruction]]:
    stage: list[Instruction] = []
    for each in instructions:
        if each.name == "FROM":
            yield stage
            stage = []
        stage.append(each)
    yield stage
