"""The images that a Dockerfile begins with or copies from, with what its first ARGs and the line say put in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from commands.attempts import Refusal
from commands.building import dockerfile, flags, words
from commands.building.dockerfile import SPACES, Instruction
from commands.building.words import Unreadable

_NOTHING = "scratch"  # the image that is none
_FROM = "--from"
_WORD = re.compile(r"""(?:[^\s"'\\`]|[\\`].?|"(?:[^"\\]|\\.)*"|'[^']*')+""")
_UNREADABLE = "Line {}: slashdock cannot tell which image {} stands for. Write its name there."


@dataclass(frozen=True, order=True)
class Base:
    """An image by the name in the Dockerfile, and the line where it is named; 0 where only --cache-from names it."""

    line: int
    ref: str

    @property
    def where(self) -> str:
        """The place in words."""
        return f"Line {self.line}" if self.line else "--cache-from"


def named(text: str, given: Mapping[str, str | None], target: str = "") -> list[Base]:
    """The images of other builds, in order of the lines, up to the stage that is the target.

    given is what --build-arg says, None where it says no value.
    Raises Refusal where it cannot be told which image is meant.
    """
    escape = dockerfile.escape_of(text)
    readings = (_until(reading, target) for reading in dockerfile.readings(text))
    return sorted({base for reading in readings for base in _named(reading, given, escape)})


def _until(reading: Sequence[Instruction], target: str) -> Sequence[Instruction]:
    """The instructions that are followed: none of a stage after the last one of this name, or after that number."""
    begins = [at for at, each in enumerate(reading) if each.name == "FROM"]
    last = [number for number, at in enumerate(begins) if target and _stage(reading[at].rest) == target.lower()]
    if not last and target.isascii() and target.isdigit():
        last = [int(target)]
    return reading[: begins[last[-1] + 1]] if last and last[-1] + 1 < len(begins) else reading


def _named(reading: Sequence[Instruction], given: Mapping[str, str | None], escape: str) -> Iterator[Base]:
    variables: dict[str, str] = {}
    begun, own, current = False, {_NOTHING}, ""  # own: the names that stand for no image, but for stages that ended
    for each in reading:
        inner = each.inner()
        refs: list[str] = []
        if inner.name == "FROM":
            refs = [_value(each, word, variables, escape) for word in _images(inner.rest)]
            begun = True
            own.add(current)
            current = _stage(inner.rest)
        elif inner.name == "ARG" and not begun:
            variables |= _declared(each, variables, given, escape)
        elif inner.name in {"ADD", "COPY"}:
            refs = list(copied(inner))
        yield from (Base(each.line, ref) for ref in refs if ref and ref.lower() not in own)


def _images(rest: str) -> list[str]:
    """The words that may be the image: the first one, or any where there are flags, which may take one more word."""
    split = SPACES.split(rest)
    before = split[:-2] if len(split) > 2 and split[-2].lower() == "as" else split  # noqa: PLR2004 - IMAGE AS NAME
    plain = [word for word in before if not word.startswith("--")]
    return plain if len(plain) < len(before) else plain[:1]


def _stage(rest: str) -> str:
    """The name that a stage is given, which stands for no image once the next one begins; empty where it has none."""
    split = SPACES.split(rest)
    return split[-1].lower() if len(split) > 2 and split[-2].lower() == "as" else ""  # noqa: PLR2004 - see _images


def copied(instruction: Instruction) -> Iterator[str]:
    """The images, or stages by their names, that an ADD or a COPY takes files from; raises Refusal as named() does."""
    for flag in flags.split(instruction.rest)[0]:
        name, _, ref = flag.partition("=")
        if name.lower() != _FROM or (ref.isascii() and ref.isdigit()):
            continue
        if "$" in ref:
            raise Refusal(_UNREADABLE.format(instruction.line, ref))
        yield ref


def _declared(
    each: Instruction, variables: Mapping[str, str], given: Mapping[str, str | None], escape: str
) -> dict[str, str]:
    """What the ARG sets: what the line gives, else its own default."""
    found = dict(variables)
    for word in _WORD.findall(each.rest):
        name, equals, default = word.partition("=")
        said = given.get(name)
        if said is not None:
            found[name] = said
        elif equals:
            try:
                found[name] = words.value(default, found, escape)
            except Unreadable:
                found[name] = f"${name}"  # which is told where an image is named by it
    return found


def _value(each: Instruction, word: str, variables: Mapping[str, str], escape: str) -> str:
    try:
        found = words.value(word, variables, escape)
    except Unreadable:
        raise Refusal(_UNREADABLE.format(each.line, word)) from None
    if "$" in found:
        raise Refusal(_UNREADABLE.format(each.line, word))
    return found
