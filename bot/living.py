"""A line that lives on, as it is shown: its newest lines, how it stands, what can be pressed; all of it masked."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from bot.attending import Attending, Unfinished
from bot.files import Files
from bot.streams import Stream
from commands import secrets
from commands.chart import Chart
from commands.filing import Draft, TooLarge
from commands.live import Progress, View
from commands.reply import Button, Document
from commands.units import exactly

SHOWN = 200  # lines that are kept to be shown
_PAUSED = "Paused: what comes meanwhile is kept for the file."
_CUT = "… (the file ends here: {})\n"


@dataclass
class Living(Attending):
    """The Live that a command has."""

    files: Files
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._tail: deque[str] = deque(maxlen=SHOWN)
        self._unfinished = Unfinished()
        self._lines = 0
        self._state = ""
        self._charts: tuple[Chart, ...] = ()
        self._anew = False
        self._draft: Draft | None = None
        self._opened = ExitStack()
        self._full = ""
        self.stream.changed = self._turned
        self.stream.copied = self._copied

    def add(self, text: str) -> None:
        """Print more."""
        with self._lock:
            self._add(text)

    def _add(self, text: str) -> None:
        shown = self._unfinished.take(text)
        if not shown:
            return
        masked = secrets.mask_text(shown)
        self._lines += masked.count("\n")
        self._tail.extend(masked.splitlines(keepends=True))
        self._keep(masked)
        self._paint(masked)

    def show(self, text: str, charts: tuple[Chart, ...] = ()) -> None:
        """Show this in place of all that was shown before."""
        with self._lock:
            self._anew, self._charts = True, charts
            self._tail.clear()
            self._tail.extend(secrets.mask_text(text).splitlines(keepends=True))
            self._paint("")

    def say(self, state: str) -> None:
        """Tell how it stands."""
        with self._lock:
            if state != self._state:
                self._state = state
                self._paint("")

    @property
    def lived(self) -> float:
        """For how many seconds it has lived."""
        return max(0.0, time.time() - self.stream.since)

    def summary(self) -> str:
        """How many lines that were in how long."""
        lines = f"{self._lines:,} line{'' if self._lines == 1 else 's'}"
        return f"{lines} in {exactly(round(time.monotonic() - self.began) or 1)}"

    def document(self, name: str, title: str) -> Document | None:
        """A file with all that was printed."""
        if self._draft is None:
            return None
        return Document(self._draft.finish(_CUT.format(self._full).encode() if self._full else b""), name, title)

    def flush(self) -> None:
        """Nothing more comes: show what has no end of a line."""
        if rest := self._unfinished.rest():
            masked = secrets.mask_text(rest)
            self._lines += 1
            self._tail.append(masked)
            self._keep(masked)
            self._paint(masked)

    def close(self) -> None:
        """It is over."""
        self._opened.close()

    def _keep(self, masked: str) -> None:
        if self._full:
            return
        if self._draft is None:
            self._draft = self._opened.enter_context(self.files.draft())
        try:
            self._draft.write(masked.encode())
        except TooLarge as error:
            self._full = str(error)

    def _copied(self) -> Document | None:
        """What was printed until now, as a file of its own."""
        with self._lock:
            if self._draft is None:
                return None
            path = self._draft.copy()
        return Document(path, f"{self.stream.number}.log", f"{self.stream.line}, until now")

    def _turned(self) -> None:
        """It is painted no more, which is said, or again."""
        self._show("", _PAUSED if self.stream.paused else self._state)

    def _paint(self, added: str) -> None:
        if not self.stream.paused:
            self._show(added, self._state)

    def _show(self, added: str, state: str) -> None:
        number = self.stream.number
        label, verb = ("Go on", "resume") if self.stream.paused else ("Pause", "pause")
        buttons = [Button("Stop", f"stream stop {number}"), Button(label, f"stream {verb} {number}")]
        buttons += [Button("Get file", f"stream file {number}")] if self._draft else []
        text, facts = "".join(self._tail), (self._charts, tuple(buttons))
        self.progress(View(text, added, state, *facts, lives=True, anew=self._anew))


@contextmanager
def living(stream: Stream, progress: Progress, files: Files) -> Iterator[Living]:
    """One that is shown while this lasts."""
    made = Living(stream, progress, files)
    try:
        yield made
    finally:
        made.close()
