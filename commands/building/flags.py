"""The flags that stand before the words of an instruction, as its builder takes them apart: byte by byte.

To the builder each byte is a character of its own, so that half of an "à" is a space to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from commands.attempts import Refusal
from commands.building.dockerfile import BLANKS, Instruction

_QUOTES = "\"'"
_ESCAPE = "\\"  # in flags, whatever character continues a line
_SPACES = "\t\n\v\f\r \x85\xa0"  # Go's unicode.IsSpace of a byte
_WIDE = re.compile("[\x85\xa0]")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\udc80-\udc9f\udca0]")  # of C1 as bytes by themselves, too
_JUDGED = frozenset({"ADD", "COPY", "FROM"})
_UNCLEAR = (
    "Line {}: {} has a character in it that builders read in different ways ({}). Write it with plain spaces, and"
    " letters of ASCII in its flags."
)


def split(rest: str) -> tuple[list[str], str]:
    """The flags without their quotes, such as --from=app, and all that follows them."""
    found, at = _flags(_bytes(rest))
    return found, _text(_bytes(rest)[at:]).strip(BLANKS)


def check(instructions: Iterable[Instruction]) -> None:
    """Raise Refusal where one that names what it takes has what the builder may read as a space, or not at all."""
    for each in instructions:
        inner = each.inner()
        unclear = _unclear(inner.rest) if inner.name in _JUDGED else ""
        if unclear:
            raise Refusal(_UNCLEAR.format(each.line, inner.name, unclear))


def _unclear(rest: str) -> str:
    """The character that is not clear, by its number; empty where all are."""
    raw = _bytes(rest)
    found = _CONTROL.search(rest) or _WIDE.search(raw[: _flags(raw)[1]])
    return f"0x{ord(found[0]) & 0xFF:02X}" if found else ""


def _bytes(text: str) -> str:
    """A character for each byte of the text."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _text(raw: str) -> str:
    return raw.encode("latin-1").decode("utf-8", "surrogateescape")


def _flags(raw: str) -> tuple[list[str], int]:
    """The flags, and the place after them."""
    flags: list[str] = []
    at = 0
    while True:
        at = len(raw) - len(raw[at:].lstrip(_SPACES))
        if not raw.startswith("--", at):
            return flags, at
        word, at = _word(raw, at)
        if word == "--":
            return flags, at
        flags.append(word)


def _word(raw: str, at: int) -> tuple[str, int]:
    """The word that begins here, and the place after it."""
    word, quote = "", ""
    while at < len(raw) and (quote or raw[at] not in _SPACES):
        char = raw[at]
        if char == _ESCAPE:
            word, at = word + raw[at + 1 : at + 2], at + 2
            continue
        if char == quote:
            quote = ""
        elif char in _QUOTES and not quote:
            quote = char
        else:
            word += char
        at += 1
    return word, at
