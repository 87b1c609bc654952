"""A terminal without a window: what stands on it, as running text, or as a still picture of a program that fills it."""

from __future__ import annotations

import codecs
import logging
from collections import deque
from itertools import islice
from typing import Any

import pyte

from commands import secrets
from commands.live import HEIGHT, WIDTH, Shown

SHOWN = 200  # lines that went by and are looked at to be shown
KEPT = 20_000  # and that are kept
_ALTERNATE = {47, 1047, 1049}  # xterm's modes in which a program has the whole screen
_ALL = {2, 3}  # of "erase in display": everything

log = logging.getLogger(__name__)


class _Glass(pyte.Screen):
    """pyte's screen, which also keeps what goes by, and what stood there before a program took all of it."""

    def __init__(self) -> None:
        self.gone: deque[str] = deque(maxlen=KEPT)
        self.passed = 0  # lines that ever went by
        self.first = 0  # the line that the text begins with, counted from the very first
        self.filled = False
        self.replies: list[str] = []
        self._before: dict[int, Any] = {}
        self._place = (0, 0)
        super().__init__(WIDTH, HEIGHT)

    def row(self, y: int) -> str:
        """One line as it stands there."""
        line = self.buffer[y]
        return "".join(line[x].data for x in range(self.columns)).rstrip()

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
        """What stands before the cursor."""
        return self._glass.row(self._glass.cursor.y)

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


def _running(rows: list[str]) -> str:
    """Lines that go on where the width of the screen cut them; without the empty ones below."""
    text = "".join(row if len(row) == WIDTH else f"{row}\n" for row in rows)
    return text.rstrip("\n")


def _still(rows: list[str]) -> str:
    """The rows as they are, unless a secret goes from one to the next."""
    plain, joined = "\n".join(rows).rstrip("\n"), _running(rows)
    return plain if secrets.mask_text(joined) == joined else joined
