"""The values of variables that a line sets: -e NAME=VALUE, whatever the name says, and though the line be wrong."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

from commands.chance import MASK

_FLAG = re.compile(r"-[ditPq]*+e|--env")  # the next word is a variable
_VARIABLE = re.compile(r"[^=]*+=")  # a name, which the engine takes in any letters
_ATTACHED = re.compile(r"(?:-[ditPq]*+e=?|--env=)[^=]++=")
_BLANK = re.compile(r"\s")
_QUOTES = "\"'"


class Variables:
    """Reads the words of a line as a shell sees them, and gives each back without the value of a variable.

    within does the same to a line that is one word of this one.
    """

    def __init__(self, within: Callable[[str], str]) -> None:
        self._within = within
        self._due = False

    def masked(self, piece: str) -> str:
        """The next word, with its quotes."""
        read = _unquoted(piece)
        word = "".join(char for char, _, _ in read)
        due, self._due = self._due, _FLAG.fullmatch(word) is not None
        found = _ATTACHED.match(word) or (_VARIABLE.match(word) if due else None)
        if found is None:
            return self._line(piece, word)
        if found.end() == len(word):
            return piece
        _, end, quote = read[found.end() - 1]
        before, value = piece[:end], piece[end:]
        if not quote and value[0] in _QUOTES and value[-1] == value[0]:
            return f"{before}{value[0]}{MASK}{value[0]}"
        return f"{before}{MASK}{quote if value.count(quote) else ''}"

    def _line(self, piece: str, word: str) -> str:
        """A word that may be a line itself, as in can-i 'run -e NAME=VALUE busybox'."""
        if not _BLANK.search(word):
            return piece
        masked = self._within(word)
        if masked == word:
            return piece
        around = piece[0]
        if piece == around + word + around and around not in masked:
            return around + masked + around
        return shlex.quote(masked)


def _unquoted(piece: str) -> list[tuple[str, int, str]]:
    """What a word is once its quotes are gone: each character, where it ends in the piece, and the quote around it."""
    read, quote, escaped = list[tuple[str, int, str]](), "", False
    for end, char in enumerate(piece, start=1):
        if not escaped and char == "\\" and quote != "'":
            escaped = True
        elif not escaped and char in (quote or _QUOTES):
            quote = "" if quote else char
        else:
            read.append((char, end, quote))
            escaped = False
    return read
