"""A .dockerignore: which files of a folder are left out of what is sent, as docker reads it."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from commands.building.globs import Glob

NAME = ".dockerignore"
_LONGEST = 64 * 1024  # bytes of a line; Go's bufio.Scanner
_MARK = "\ufeff"

Matched = tuple[bool, ...]  # which patterns a folder or one above it matches


@dataclass(frozen=True)
class Pattern:
    """What is left out, or with "!" before it what is taken after all."""

    glob: Glob
    back: bool


class Ignored:
    """The patterns in their order: the last one that matches decides."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Raises ValueError in docker's words where one is no pattern."""
        self._patterns = [_pattern(text) for text in map(str.strip, patterns) if text]

    def matched(self, path: str, above: Matched) -> tuple[bool, Matched]:
        """Whether a path is left out, and what to ask with for what is below it; above is that of its folder."""
        out, found = False, []
        for at, pattern in enumerate(self._patterns):
            match = bool(above) and above[at]
            if not match and pattern.back == out:
                match = pattern.glob.matches(path)
            found.append(match)
            if match:
                out = not pattern.back
        return out, tuple(found)

    def leaves_out(self, path: str) -> bool:
        """Whether a path is left out, by itself or with a folder above it."""
        parts = path.split("/")
        places = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        out = False
        for pattern in self._patterns:
            if pattern.back == out and any(pattern.glob.matches(place) for place in places):
                out = not pattern.back
        return out

    def may_take_below(self, folder: str) -> bool:
        """Whether something in a folder that is left out may be taken after all."""
        return any(each.back and f"{each.glob.text}/".startswith(f"{folder}/") for each in self._patterns)


def _pattern(text: str) -> Pattern:
    cleaned = _normal(text)
    back = cleaned.startswith("!")
    if cleaned == "!":
        raise ValueError('illegal exclusion pattern: "!"')
    return Pattern(Glob(cleaned[back:]), back)


def lines(content: bytes) -> list[str]:
    """The patterns of a file; raises ValueError with Go's sentence where a line is too long."""
    found = []
    for number, raw in enumerate(content.split(b"\n")):
        if len(raw) >= _LONGEST:
            raise ValueError("bufio.Scanner: token too long")
        line = raw.decode("utf-8", "surrogateescape")
        text = line.removeprefix(_MARK) if number == 0 else line
        if not text.startswith("#") and text.strip():
            found.append(_cleaned(text.strip()))
    return found


def _cleaned(text: str) -> str:
    back = text.startswith("!")
    pattern = text[back:].strip()
    if pattern:
        pattern = _normal(pattern)
        if len(pattern) > 1 and pattern.startswith("/"):
            pattern = pattern[1:]
    return f"!{pattern}" if back else pattern


def _normal(path: str) -> str:
    """The path without detours; two slashes before it are one, as Go has it."""
    normal = posixpath.normpath(path)
    return normal[1:] if normal.startswith("//") else normal


def ignored(content: bytes | None, dockerfile: str | None) -> Ignored:
    """What a .dockerignore leaves out, but itself and the Dockerfile; None where there is none of them.

    Raises ValueError in docker's words.
    """
    patterns = [] if content is None else lines(content)
    try:
        found = Ignored(patterns)
    except ValueError as error:
        raise ValueError(f"error checking context: {error}") from None
    kept = [name for name in (NAME, dockerfile) if name is not None and found.leaves_out(name)]
    return Ignored([*patterns, *(f"!{name}" for name in kept)])
