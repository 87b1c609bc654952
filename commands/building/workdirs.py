"""The working folders of a build's steps, as far as its Dockerfile writes them out."""

from __future__ import annotations

from collections.abc import Iterable

from commands.attempts import Refusal
from commands.building.dockerfile import Instruction
from commands.creation.process import is_in_proc

_IN_PROC = "{}: no step begins under /proc: runtimes of 2024 and before let one out there. Take another folder than {}."
_QUOTES = str.maketrans("", "", "\"'\\`")  # and what escapes


def check(instructions: Iterable[Instruction]) -> None:
    """Raise Refusal where one is /proc or below it."""
    for each in instructions:
        inner = each.inner()
        folder = inner.rest.strip().translate(_QUOTES)
        if inner.name == "WORKDIR" and is_in_proc(folder):
            raise Refusal(_IN_PROC.format(f"Line {each.line}", folder))


def inherited(where: str, folder: str) -> None:
    """Raise Refusal where the image that a build begins with has such a folder."""
    if is_in_proc(folder):
        raise Refusal(_IN_PROC.format(where, folder))
