"""The flags that stand before the words of an instruction, as its builder takes them apart."""

from __future__ import annotations

_QUOTES = "\"'"
_ESCAPE = "\\"  # in flags, whatever character continues a line


def split(rest: str) -> tuple[list[str], str]:
    """The flags without their quotes, such as --from=app, and all that follows them."""
    flags: list[str] = []
    at = 0
    while True:
        at += len(rest) - at - len(rest[at:].lstrip())
        if not rest.startswith("--", at):
            return flags, rest[at:]
        word, at = _word(rest, at)
        if word == "--":
            return flags, rest[at:]
        flags.append(word)


def _word(rest: str, at: int) -> tuple[str, int]:
    """The word that begins here, and the place after it."""
    word, quote = "", ""
    while at < len(rest) and (quote or not rest[at].isspace()):
        char = rest[at]
        if char == _ESCAPE:
            word, at = word + rest[at + 1 : at + 2], at + 2
            continue
        if char == quote:
            quote = ""
        elif char in _QUOTES and not quote:
            quote = char
        else:
            word += char
        at += 1
    return word, at
