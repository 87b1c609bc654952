"""How far it is with what is taken from an engine or sent to one: how much, how fast, how long; and Cancel."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Self

import requests

from commands import units
from commands.attempts import Cancelled
from commands.context import Context
from commands.enduring import breakable
from commands.filing import Draft
from commands.live import ENDLESS, Ending

_STEP = 0.5  # seconds between two words about how far it is
_CHUNK = 64 * 1024  # bytes
_BEGINS = "{}: begins."
_LOOKED = "{}, looked through"
_SENT = "{}: all of it is with the engine, which makes something of it."


@dataclass
class Moving:
    """What is on its way: whole is how many bytes that is, 0 where nobody knows, known what a cancelled one leaves.

    unsent is what it leaves as long as nothing of it is sent; empty where that is the same.
    """

    ctx: Context
    what: str
    known: str
    whole: int = 0
    unsent: str = ""
    _work: Ending = ENDLESS
    _doing: str = ""
    _sends: bool = False
    _until_sent: ExitStack = field(default_factory=ExitStack)
    _began: float = field(default_factory=time.monotonic)
    _told: float = 0.0

    @contextmanager
    def lasting(self) -> Iterator[Self]:
        """While this lasts somebody may end it, until all of it was sent: it comes, is looked through, and is sent."""
        with self._until_sent:
            self._work = self._until_sent.enter_context(self.ctx.work())
            yield self

    @contextmanager
    def asked(self, ask: Callable[[], requests.Response]) -> Iterator[requests.Response]:
        """While this lasts, an answer is read, once it is there; an engine may take long to make what it sends.

        It is hung up on where somebody ends it, which raises Cancelled then.
        """
        with self.ctx.work() as self._work, breakable(self.ctx.patient, self._work):
            self._begin(self.what)
            try:
                with closing(ask()) as answer:
                    self._began = time.monotonic()
                    yield answer
            finally:
                self._see()

    def taken(self, answer: requests.Response) -> AbstractContextManager[requests.Response]:
        """The same of an answer that is there."""
        return self.asked(lambda: answer)

    @contextmanager
    def fetched(self) -> Iterator[Ending]:
        """While this lasts, it comes from elsewhere, as long as the work need not end; raises Cancelled then."""
        with self.ctx.work() as self._work:
            self._begin(self.what)
            try:
                yield self._work
            finally:
                self._see()

    @contextmanager
    def looked(self, draft: Draft) -> Iterator[BinaryIO]:
        """What came, to be looked through from its beginning; to read it raises Cancelled where somebody ended it."""
        self.whole = draft.size
        self._begin(_LOOKED.format(self.what))
        with draft.opened() as file, io.BufferedReader(_Seen(file, self.at), _CHUNK) as seen:
            yield seen
        self._see()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """While this lasts, a request is sent, which is broken off where somebody ends it; raises Cancelled then."""
        with self._until_sent:
            self._work = self._until_sent.enter_context(self.ctx.work())
            self._see()
            self._sends = True
            self._until_sent.enter_context(breakable(self.ctx.patient, self._work))
            self._begin(self.what)
            try:
                yield
            except Exception:
                self._see()
                raise

    def sent(self, body: Iterable[bytes], source: BinaryIO) -> Iterator[bytes]:
        """The body of such a request, and the file that it is made of; once all was sent it cannot be ended."""
        for chunk in body:
            self.at(source.tell())
            yield chunk
        self._until_sent.close()
        self._work = ENDLESS
        self.ctx.progress(_SENT.format(self.what))

    def at(self, done: int) -> None:
        """So many bytes have moved; raises Cancelled where somebody ended it."""
        self._see()
        now = time.monotonic()
        if now - max(self._told, self._began) >= _STEP:
            self._told = now
            self.ctx.progress(f"{self._doing}: {units.pace(done, self.whole, now - self._began)}")

    def _begin(self, doing: str) -> None:
        self._doing, self._began, self._told = doing, time.monotonic(), 0.0
        self.ctx.progress(_BEGINS.format(doing))

    def _see(self) -> None:
        if self._work.ended:
            left = "" if self._sends else self.unsent
            raise Cancelled(self._work.ended, left or self.known)


class _Seen(io.RawIOBase):
    """A file of which each read tells first how far it is."""

    def __init__(self, file: BinaryIO, at: Callable[[int], None]) -> None:
        self._file, self._at = file, at

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As in the file."""
        return self._file.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        """Read as much as there is room for, at most."""
        self._at(self._file.tell())
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
