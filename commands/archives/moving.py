"""How far it is with what is taken from an engine or sent to one: how much, how fast, how long; and Cancel."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import requests

from commands import units
from commands.attempts import Cancelled
from commands.context import Context
from commands.enduring import hang_up
from commands.live import ENDLESS, Ending

_STEP = 0.5  # seconds between two words about how far it is
_BEGINS = "{}: begins."
_SENT = "{}: all of it is with the engine, which makes something of it."


@dataclass
class Moving:
    """What is on its way: whole is how many bytes that is, 0 where nobody knows, known what a cancelled one leaves."""

    ctx: Context
    what: str
    known: str
    whole: int = 0
    _work: Ending = ENDLESS
    _began: float = field(default_factory=time.monotonic)
    _told: float = 0.0

    @contextmanager
    def taken(self, answer: requests.Response) -> Iterator[None]:
        """While this lasts, an answer is read, which is hung up on where somebody ends it; raises Cancelled then."""
        client = self.ctx.patient
        with self.ctx.work() as self._work, closing(answer), self._work.closing(lambda: hang_up(client, answer)):
            self.ctx.progress(_BEGINS.format(self.what))
            try:
                yield
            finally:
                self._see()

    def sent(self, body: Iterable[bytes], gone: Callable[[], int]) -> Iterator[bytes]:
        """The body, which ends by Cancelled where somebody ends it; gone is how much of what it is made of was read."""
        with self.ctx.work() as self._work:
            self.ctx.progress(_BEGINS.format(self.what))
            for chunk in body:
                self.at(gone())
                yield chunk
        self.ctx.progress(_SENT.format(self.what))

    def at(self, done: int) -> None:
        """So many bytes have moved; raises Cancelled where somebody ended it."""
        self._see()
        now = time.monotonic()
        if now - max(self._told, self._began) >= _STEP:
            self._told = now
            self.ctx.progress(f"{self.what}: {units.pace(done, self.whole, now - self._began)}")

    def _see(self) -> None:
        if self._work.ended:
            raise Cancelled(self._work.ended, self.known)
