"""Words of a Dockerfile as its builder reads them: quotes taken away, $NAME and ${NAME:-WORD} put in."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ESCAPES = frozenset("\\`")
_NAME = re.compile(r"[^\W\d]\w*|\d")


Variables = Mapping[str, str | None]  # None where it cannot be told what one is set to
LONGEST = 500  # characters of a word, which may hold one within the other


class Unreadable(ValueError):  # noqa: N818 - an answer, not a fault
    """What the word stands for cannot be told."""


def value(word: str, variables: Variables) -> str:
    """What the word stands for; raises Unreadable where it is written in a way that not every engine knows.

    So are the characters that escape others, since engines differ in which one of them does.
    """
    if len(word) > LONGEST or not _ESCAPES.isdisjoint(word):
        raise Unreadable(word)
    text, at = _until(word, 0, "", variables)
    if at < len(word):
        raise Unreadable(word)
    return text


def _until(word: str, at: int, stop: str, variables: Variables) -> tuple[str, int]:
    """The text up to the stop character that is not quoted, and the place of that character."""
    found = ""
    while at < len(word) and word[at] != stop:
        char = word[at]
        if char == "'":
            end = word.find("'", at + 1)
            if end < 0:
                raise Unreadable(word)
            found, at = found + word[at + 1 : end], end + 1
        elif char == '"':
            inside, at = _quoted(word, at + 1, variables)
            found += inside
        elif char == "$":
            inside, at = _variable(word, at + 1, variables)
            found += inside
        else:
            found, at = found + char, at + 1
    return found, at


def _quoted(word: str, at: int, variables: Variables) -> tuple[str, int]:
    found = ""
    while at < len(word) and word[at] != '"':
        if word[at] == "$":
            inside, at = _variable(word, at + 1, variables)
            found += inside
        else:
            found, at = found + word[at], at + 1
    if at >= len(word):
        raise Unreadable(word)
    return found, at + 1


def _variable(word: str, at: int, variables: Variables) -> tuple[str, int]:
    """What stands for a variable whose name begins here, and the place after it."""
    braced = word[at : at + 1] == "{"
    name = _NAME.match(word, at + braced)
    if name is None:
        if braced:
            raise Unreadable(word)
        return "$", at
    set_to, at = variables.get(name[0], ""), name.end()
    if set_to is None:
        raise Unreadable(word)
    if not braced:
        return set_to, at
    modifier = word[at : at + 2]
    if modifier[:1] == "}":
        return set_to, at + 1
    if modifier not in {":-", ":+"}:
        raise Unreadable(word)
    other, at = _until(word, at + 2, "}", variables)
    if at >= len(word):
        raise Unreadable(word)
    return (set_to or other) if modifier == ":-" else (set_to and other), at + 1
