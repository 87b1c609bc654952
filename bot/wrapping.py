"""What a terminal is sent, without the ends of line that only its width made."""

from __future__ import annotations

import re
import unicodedata

from commands.legible import SEQUENCES
from commands.live import WIDTH

_TAB = 8  # columns
_OPEN = 64  # characters of a title that has no end yet, after which it is none
_PIECE = re.compile(
    rf"(?P<sequence>{SEQUENCES.pattern})|(?P<edge> \r(?![\r\n])|\r+\n)|(?P<end>[\r\n])|[^\x1b\r\n ]+|.", re.DOTALL
)
_STYLE = r"\x1b\[[0-9;]*m"
_BEGUN = rf"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b\n]{{0,{_OPEN}}})?"
_UNSURE = re.compile(rf"(?: ?\r+\n?|[ ])(?:{_STYLE}){{0,8}}(?:{_BEGUN})?\Z")  # what comes next tells what this is
_OPENED = re.compile(rf"{_BEGUN}\Z")
_MOVES = re.compile(r"\x1b\[(?:\d*;)?(\d{0,4})([CDGHf`])")  # ECMA-48: CUF, CUB, CHA, CUP, HVP, HPA
_KEEPS, _GETS_BACK = {"\x1b7", "\x1b[s"}, {"\x1b8", "\x1b[u"}
_GOES_ON = re.compile(r"(?:\x1b\[[0-9;]*m)*+[^\x00-\x1f]")


class Wrapping:
    """Such text as it comes, piece by piece.

    An editor of lines, as shells have, ends each row that is full: a terminal goes on below by itself, so that the text
    looks the same without. Only so a secret that goes over the edge is known as one.
    """

    def __init__(self) -> None:
        self._column = 0  # of the place that was written last, from 1; 0 before the first
        self._kept = 0  # the same, when a program had it kept
        self._held = ""

    def take(self, text: str) -> str:
        """As much as is sure after this."""
        return self._joined(self._held + text, whole=False)

    def rest(self) -> str:
        """Nothing more comes, or not at once: what is left."""
        return self._joined(self._held, whole=True)

    def _joined(self, text: str, *, whole: bool) -> str:
        kept, self._held = [], ""
        for found in _PIECE.finditer(text):
            piece, is_full = found[0], self._column == WIDTH
            unsure = _OPENED if piece[0] == "\x1b" else _UNSURE if is_full else None
            if not whole and unsure and unsure.match(text, found.start()):
                self._held = text[found.start() :]
                break
            if found["edge"] and is_full and _GOES_ON.match(text, found.end()):
                continue
            kept.append(piece)
            if found["edge"] or found["end"]:
                self._column = 0
            elif found["sequence"]:
                self._move(piece)
            else:
                self._go(piece)
        return "".join(kept)

    def _move(self, sequence: str) -> None:
        """As far as it stays in its row, or says which place it goes to."""
        if sequence in _KEEPS:
            self._kept = self._column
        elif sequence in _GETS_BACK:
            self._column = self._kept
        elif moved := _MOVES.fullmatch(sequence):
            count = int(moved[1] or 1)
            to = {"C": self._column + count, "D": self._column - count}.get(moved[2], count - 1)
            self._column = min(max(0, to), WIDTH - 1)

    def _go(self, written: str) -> None:
        for char in written:
            width = {"\t": _TAB - self._column % _TAB, "\b": -1}.get(char) or _width(char)
            column = self._column + width
            self._column = max(0, column if column <= WIDTH else width)


def _width(char: str) -> int:
    """Columns that it takes."""
    if unicodedata.category(char)[0] in "CM":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "FW" else 1
