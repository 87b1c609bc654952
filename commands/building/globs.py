"""Patterns of a .dockerignore: "*" within a folder's name, "**" over any number of folders, "?" and classes.

The time to match grows with pattern and path alone, which that of an expression of Python's might not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

_ONE = Callable[[str], bool]  # whether it takes this character
_CLASS = re.compile(r"\[(\^?)((?:\\.|[^\]\\])+)\]", re.DOTALL)
_RANGE = re.compile(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", re.DOTALL)
BAD = "syntax error in pattern"


@dataclass(frozen=True)
class _Token:
    """takes: the one character that it takes; many: it takes any number of them; folders: those end with a slash."""

    takes: _ONE
    many: bool = False
    folders: bool = False


def _no_slash(char: str) -> bool:
    return char != "/"


def _anything(_char: str) -> bool:
    return True


@dataclass
class Glob:
    """One cleaned pattern; raises ValueError with Go's sentence where it is none."""

    text: str
    _tokens: list[_Token] = field(init=False, repr=False)
    _taken: dict[str, int] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Read it."""
        self._tokens = _tokens(self.text)

    def matches(self, path: str) -> bool:
        """Whether the path as a whole is meant."""
        if self._suffix is not None:
            return path.endswith(self._suffix) or f"/{path}" == self._suffix
        if self._plain is not None:
            return path.startswith(self._plain) if self._open else path == self._plain
        return self._run(path)

    @cached_property
    def _plain(self) -> str | None:
        """The characters that it begins with, where there is nothing else in it but "**" at its end."""
        text = self.text[:-2] if self._open else self.text
        return None if any(char in text for char in "*?[]\\") else text

    @cached_property
    def _open(self) -> bool:
        return self.text.endswith("**") and not self.text.endswith("***")

    @cached_property
    def _suffix(self) -> str | None:
        """The characters that it ends with, where there is nothing else in it but "**" at its beginning."""
        text = self.text[2:]
        return text if self.text.startswith("**") and not any(char in text for char in "*?[]\\") else None

    def _run(self, path: str) -> bool:
        """Walk along the path with all places of the pattern where one may be, a bit each."""
        places = self._skipped(1, 0)
        for char in path:
            taken = places & self._takers(char)
            staying = taken & self._many
            leaving = (taken & ~self._many) | (taken & self._folders if char == "/" else 0)
            places = self._skipped(leaving << 1, staying)
            if not places:
                return False
        return bool(places >> len(self._tokens) & 1)

    def _skipped(self, entered: int, staying: int) -> int:
        """The places, and those after what may take nothing; what takes folders may only be left after a slash."""
        new = (entered & self._many) | (staying & self._many & ~self._folders)
        while new:
            new = (new << 1) & ~entered
            entered |= new
            new &= self._many
        return entered | staying

    def _takers(self, char: str) -> int:
        """The places whose token takes this character."""
        if char not in self._taken:
            self._taken[char] = _bits(token.takes(char) for token in self._tokens)
        return self._taken[char]

    @cached_property
    def _many(self) -> int:
        return _bits(token.many for token in self._tokens)

    @cached_property
    def _folders(self) -> int:
        return _bits(token.folders for token in self._tokens)


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << at for at, flag in enumerate(flags) if flag)


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        token, at = _token(text, at)
        found.append(token)
    return found


def _token(text: str, at: int) -> tuple[_Token, int]:
    char = text[at]
    if text.startswith("**", at):
        after = at + 3 if text.startswith("/", at + 2) else at + 2
        return _Token(_anything, many=True, folders=after < len(text)), after
    if char == "*":
        return _Token(_no_slash, many=True), at + 1
    if char == "?":
        return _Token(_no_slash), at + 1
    if char == "[":
        return _class(text, at)
    if char == "\\":
        if at + 1 == len(text):
            raise ValueError(BAD)
        char, at = text[at + 1], at + 1
    return _Token(char.__eq__), at + 1


def _class(text: str, at: int) -> tuple[_Token, int]:
    found = _CLASS.match(text, at)
    if found is None or found[2].startswith(("-", "]")):
        raise ValueError(BAD)
    ranges = []
    for each in _RANGE.finditer(found[2]):
        low = each[1].removeprefix("\\") or "\\"
        high = (each[2] or each[1]).removeprefix("\\") or "\\"
        if high < low or each[0].endswith("-"):
            raise ValueError(BAD)
        ranges.append((low, high))
    inside = not found[1]

    def takes(char: str) -> bool:
        return any(low <= char <= high for low, high in ranges) is inside

    return _Token(takes), found.end()
