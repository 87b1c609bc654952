"""A terminal without a window: what stands on it, as running text, or as a still picture of a program that fills it."""

from __future__ import annotations

import codecs
import logging
import unicodedata
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyte
from wcwidth import wcwidth

from commands import secrets
from commands.live import HEIGHT, WIDTH, Shown

SHOWN = 200  # lines that went by and are looked at to be shown
KEPT = 20_000  # and that are kept
MARKS = 8  # characters of one place, such as a letter with its accents; more of them are not drawn
_ALTERNATE = {47, 1047, 1049}  # xterm's modes in which a program has the whole screen
_ALL = {2, 3}  # of "erase in display": everything

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Row:
    """One line as it stands there; full: to its last place, so that the one below may go on with it."""

    text: str
    full: bool


class _Glass(pyte.Screen):
    """pyte's screen, which also keeps what goes by, and what stood there before a program took all of it."""

    def __init__(self) -> None:
        self.gone: deque[_Row] = deque(maxlen=KEPT)
        self.passed = 0  # lines that ever went by
        self.first = 0  # the line that the text begins with, counted from the very first
        self.filled = False
        self.replies: list[str] = []
        self._before: dict[int, Any] = {}
        self._place = (0, 0)
        super().__init__(WIDTH, HEIGHT)

    def row(self, y: int) -> _Row:
        """One line as it stands there."""
        line = self.buffer[y]
        places = [line[x].data for x in range(self.columns)]
        return _Row("".join(places).rstrip(), not places[-1].isspace())

    def draw(self, data: str) -> None:
        """These characters, without those that take no place where there is no room for them any more."""
        super().draw(data if data.isascii() else self._drawable(data))

    def _drawable(self, data: str) -> str:
        """What pyte can draw of it: it normalises a place anew for each accent, and stops at what has no width."""
        x, y = self.cursor.x, self.cursor.y
        before = self.buffer[y][x - 1] if x else self.buffer[y - 1][self.columns - 1]
        drawn, there = [], len(before.data)
        for char in data:
            width = wcwidth(char)
            there = 1 if width > 0 else there + 1
            if width > 0 or (unicodedata.combining(char) and there <= MARKS):
                drawn.append(char)
        return "".join(drawn)

    def reset(self) -> None:
        """As it was in the beginning; what is printed from now on is shown from its first line."""
        super().reset()
        self.first = self.passed

    def cursor_position(self, line: int | None = None, column: int | None = None) -> None:
        """Go there; what is written above what is shown is shown, too."""
        super().cursor_position(line, column)
        self._reach()

    def cursor_up(self, count: int | None = None) -> None:
        """Go up."""
        super().cursor_up(count)
        self._reach()

    def _reach(self) -> None:
        if not self.filled:
            self.first = min(self.first, self.passed + self.cursor.y)

    def index(self) -> None:
        """One line down; where that moves all lines up, the first one is kept."""
        top, bottom = self.margins or (0, self.lines - 1)
        if self.cursor.y == bottom and not (top or self.filled):
            self.gone.append(self.row(0))
            self.passed += 1
        super().index()

    def erase_in_display(self, how: int = 0, *rest: Any, **more: Any) -> None:
        """Wipe some of it; what was wiped whole begins anew."""
        if not self.filled and (how in _ALL or (how == 0 and (self.cursor.x, self.cursor.y) == (0, 0))):
            self.first = self.passed
        super().erase_in_display(how, *rest, **more)

    def set_mode(self, *modes: int, **more: Any) -> None:
        """Switch something on."""
        if more.get("private") and _ALTERNATE.intersection(modes) and not self.filled:
            self._before, self._place = dict(self.buffer), (self.cursor.x, self.cursor.y)
            self.buffer.clear()
            self.filled = True
        super().set_mode(*modes, **more)

    def reset_mode(self, *modes: int, **more: Any) -> None:
        """Switch something off."""
        super().reset_mode(*modes, **more)
        if more.get("private") and _ALTERNATE.intersection(modes) and self.filled:
            self.buffer.clear()
            self.buffer.update(self._before)
            self.cursor.x, self.cursor.y = self._place
            self.filled = False

    def write_process_input(self, data: str) -> None:
        """What the terminal itself answers, such as where the cursor is."""
        self.replies.append(data)


class Screen:
    """What a process with a terminal prints, drawn on one."""

    def __init__(self) -> None:
        self._glass = _Glass()
        self._stream = pyte.Stream(self._glass)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, printed: bytes) -> tuple[str, bytes]:
        """Draw this; as text, and what the terminal answers the process."""
        text = self._decoder.decode(printed)
        try:
            self._stream.feed(text)
        except Exception:  # noqa: BLE001 - what a process prints may be anything, and pyte takes most of it
            log.info("something that cannot be drawn was printed in a session")
            self._stream = pyte.Stream(self._glass)
        answers, self._glass.replies = "".join(self._glass.replies), []
        return text, answers.encode()

    def turn(self) -> None:
        """What is shown begins with the line of the cursor from now on."""
        if not self._glass.filled:
            self._glass.first = self._glass.passed + self._glass.cursor.y

    def prompt(self) -> str:
        """What stands before the cursor, on all rows that it took."""
        last = first = self._glass.cursor.y
        while first and self._glass.row(first - 1).full:
            first -= 1
        return _running([self._glass.row(y) for y in range(first, last + 1)])

    def text(self) -> Shown:
        """What stands there: the end of all since the last turn, or the picture of what fills the screen."""
        return self._last(SHOWN)

    def whole(self) -> str:
        """All since the last turn, its end alone where that is too much."""
        return self._last(KEPT).text

    def _last(self, most: int) -> Shown:
        """With so many at most of the lines that went by."""
        glass = self._glass
        rows = [glass.row(y) for y in range(glass.lines)]
        if glass.filled:
            return Shown(_still(rows))
        since = max(0, glass.passed - glass.first)
        gone = list(islice(reversed(glass.gone), min(since, most)))[::-1]
        return Shown(_running([*gone, *rows[max(0, glass.first - glass.passed) :]]), since - len(gone))


def _running(rows: list[_Row]) -> str:
    """Lines that go on where the width of the screen cut them; without the empty ones below."""
    return "".join(row.text if row.full else f"{row.text}\n" for row in rows).rstrip("\n")


def _still(rows: list[_Row]) -> str:
    """The rows as they are, unless a secret goes from one to the next."""
    plain, joined = "\n".join(row.text for row in rows).rstrip("\n"), _running(rows)
    return plain if secrets.mask_text(joined) == joined else joined
