"""A line that lives on, as it is shown: its newest lines, how it stands, what can be pressed; all of it masked."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

from bot.attending import Attending
from bot.files import Files
from bot.lines import Lines
from bot.stream import Stream
from commands import secrets
from commands.chart import Chart
from commands.filing import Draft, TooLarge
from commands.live import Progress, Unseen, View
from commands.reply import Button, Document
from commands.units import exactly

SHOWN = 200  # lines that are kept to be shown
BATCH = 0.05  # seconds in which what comes is taken together
MOST = 1_000_000  # characters that may wait for that; who prints more waits
_PAUSED, _KEPT = "Paused.", "Paused: what comes meanwhile is kept for the file."
_CUT = "… (the file ends here: {})\n"

log = logging.getLogger(__name__)


@dataclass
class Living(Attending):
    """The Live that a command has; grep is what a line must have to be shown, kept and counted."""

    files: Files
    grep: str = ""
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._waiting: list[tuple[str, str, Sequence[str]]] = []
        self._size = 0  # characters of that
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        self._closed = False
        self._lock = threading.RLock()  # of all below
        self._sources: dict[str, Lines] = {}
        self._tail: deque[str] = deque(maxlen=SHOWN)
        self._lines = 0
        self._state = ""
        self._charts: tuple[Chart, ...] = ()
        self._picture: str | None = None  # what is shown in place of all before
        self._draft: Draft | None = None
        self._opened = ExitStack()
        self._full = ""
        self.stream.changed = self._turned
        self.stream.copied = self._copied

    def add(self, text: str, source: str = "", prefixes: Sequence[str] = ()) -> None:
        """Print more; waits where more was printed than is shown as fast."""
        with self._changed:
            self._changed.wait_for(lambda: self._size < MOST or self._closed)
            self._waiting.append((source, text, prefixes))
            self._size += len(text)
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name=f"stream-{self.stream.number}-shown")
                self._worker.start()
            self._changed.notify_all()

    def _work(self) -> None:
        """Take what was printed, together where it came close together."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                self._changed.wait_for(lambda: self._closed, BATCH)
            try:
                self._take_in()
            except Exception:  # a bug of ours must not leave whoever prints waiting
                log.exception("what number %s printed is not shown", self.stream.number)
                self.stream.end("What it printed cannot be shown.")

    def _take_in(self) -> None:
        with self._lock:
            with self._changed:
                waiting, self._waiting, self._size = self._waiting, [], 0
                self._changed.notify_all()
            shown = "".join(self._source(name).take(text, prefixes) for name, text, prefixes in _joined(waiting))
            self._print(shown)

    def _source(self, name: str) -> Lines:
        return self._sources.setdefault(name, Lines())

    def _print(self, shown: str) -> None:
        """What is masked."""
        lines = shown.splitlines(keepends=True)
        if self.grep:
            lines = [each for each in lines if self.grep in each]
        if not lines:
            return
        chosen = "".join(lines)
        self._lines += sum(each.endswith("\n") for each in lines)
        self._tail.extend(lines)
        self._keep(chosen)
        self._paint(chosen)

    def show(self, text: str, charts: tuple[Chart, ...] = ()) -> None:
        """Show this in place of all that was shown before."""
        with self._lock:
            self._picture, self._charts = secrets.mask_text(text), charts
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
        self._take_in()
        if self._draft is None:
            return None
        return Document(self._draft.finish(_CUT.format(self._full).encode() if self._full else b""), name, title)

    def flush(self) -> None:
        """Nothing more comes: show what has no end of a line."""
        self._take_in()
        with self._lock:
            rest = "".join(each.rest() for each in self._sources.values())
            self._lines += bool(rest) and not rest.endswith("\n")
            self._print(rest)

    def close(self) -> None:
        """It is over."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._worker is not None:
            self._worker.join()
        if self.stream.paused:
            self.stream.paused = False
            self._turned()
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
            with suppress(TooLarge):
                for line in masked.splitlines(keepends=True):
                    self._draft.write(line.encode())

    def _copied(self) -> Document | None:
        """What was printed until now, as a file of its own."""
        self._take_in()
        with self._lock:
            if self._draft is None:
                return None
            path = self._draft.copy()
        return Document(path, f"{self.stream.number}.log", f"{self.stream.line}, until now")

    def _turned(self) -> None:
        """It is painted no more, which is said, or again."""
        self._take_in()
        with self._lock:
            paused = _KEPT if self._draft else _PAUSED
            self._show("", paused if self.stream.paused else self._state)

    def _paint(self, added: str) -> None:
        if not self.stream.paused:
            self._show(added, self._state)

    def _show(self, added: str, state: str) -> None:
        number = self.stream.number
        text = "".join(self._tail) if self._picture is None else self._picture
        label, verb = ("Go on", "resume") if self.stream.paused else ("Pause", "pause")
        buttons = [Button("Stop", f"stream stop {number}")]
        buttons += [Button(label, f"stream {verb} {number}")] if text or self.stream.paused else []
        buttons += [Button("Get file", f"stream file {number}")] if self._draft else []
        facts, anew = (self._charts, tuple(buttons)), self._picture is not None
        try:
            self.progress(View(text, added, state, *facts, lives=True, anew=anew, number=number))
        except Unseen:
            self.stream.end("Nobody reads it any more.")


def _joined(waiting: Sequence[tuple[str, str, Sequence[str]]]) -> Iterator[tuple[str, str, Sequence[str]]]:
    """What came one after the other of the same source, as one."""
    texts: list[str] = []
    prefixes: list[str] = []
    source = ""
    for name, text, before in waiting:
        if texts and name != source:
            yield source, "".join(texts), prefixes
            texts, prefixes = [], []
        source = name
        texts.append(text)
        prefixes.extend(before)
    if texts:
        yield source, "".join(texts), prefixes


@contextmanager
def living(stream: Stream, progress: Progress, files: Files, grep: str = "") -> Iterator[Living]:
    """One that is shown while this lasts."""
    made = Living(stream, progress, files, grep)
    try:
        yield made
    finally:
        made.close()
