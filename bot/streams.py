"""The lines that live on: how many there may be, who has them, and how each is ended."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.stream import Stream, Terms
from commands.attempts import Refusal
from commands.units import exactly

EACH, ALL = 5, 20  # streams of one person, and of all people together
LOOK = 15.0  # seconds between two looks at whether each may still go on
LASTS = 3600.0  # seconds that one lives at most
WAITS_EACH, WAITS_ALL = 10, 50  # of those that wait for something and show next to nothing meanwhile
WAITS_LAST = 7 * 86_400.0  # seconds
WORKS_EACH, WORKS_ALL = 60, 600  # of works that end by themselves and may be cancelled: as many as lines under way
IDLE = 600.0  # seconds for which nothing was typed and nothing printed, after which a session ends
ENDS = "slashdock stops"

_TOO_MANY = "You have {} streams of this kind already, which is the most: `stream ls` shows, `stream stop` ends them."
_FULL = "There are {} streams of this kind already, which is the most. Try again when one has ended."
_LATE = "It has lived for {}, which is as long as it may."
_IDLE = "Nothing was typed and nothing printed for {}."

log = logging.getLogger(__name__)

WORKS = Terms(WORKS_EACH, WORKS_ALL, WAITS_LAST)
WAITS = Terms(WAITS_EACH, WAITS_ALL, WAITS_LAST)


class Streams:
    """Those of this process; each of one person's, all of all people's, lasts seconds at most, but for other terms.

    Each look seconds it is looked whether one may still go on.
    """

    def __init__(self, each: int = EACH, all_: int = ALL, lasts: float = LASTS, look: float = LOOK) -> None:
        self._terms = Terms(each, all_, lasts)
        self._look = look
        self.lasts, self.idle = lasts, IDLE
        self._open: dict[int, Stream] = {}
        self._changed = threading.Condition()  # its lock may be taken again by who has it
        self._closed = False
        self._left: set[int] = set()  # those that go on after the next start
        self._watch: threading.Thread | None = None

    @contextmanager
    def open(  # noqa: PLR0913, PLR0917 - the facts of a stream
        self, number: int, actor: str, person: str, host: str, line: str, since: float = 0.0, terms: Terms | None = None
    ) -> Iterator[Stream]:
        """One more while this lasts, begun now or earlier; raises Refusal where there are too many of its terms."""
        stream = Stream(number, actor, person, host, line, since or time.time(), terms or self._terms)
        with self._changed:
            self._see_that_there_is_room(stream)
            self._open[number] = stream
            if self._watch is None:
                self._watch = threading.Thread(target=self._end_what_is_due, name="streams", daemon=True)
                self._watch.start()
        try:
            yield stream
        finally:
            with self._changed:
                del self._open[number]
                self._changed.notify_all()

    def listed(self) -> list[Stream]:
        """All of them, oldest first."""
        with self._changed:
            return list(self._open.values())

    def get(self, number: int) -> Stream | None:
        """The one of this number; None where none lives."""
        with self._changed:
            return self._open.get(number)

    def close(self, limit: float = 3.0) -> None:
        """Have all end that do not end by themselves, and wait for that for so many seconds; there are no more."""
        with self._changed:
            self._closed = True
        for stream in self._endless():
            if stream.kept:
                self._left.add(stream.number)  # before it ends, as whoever waits in it asks at once
            if not stream.end(f"{ENDS}."):
                self._left.discard(stream.number)
        with self._changed:
            self._changed.wait_for(lambda: not self._endless(), limit)

    def _endless(self) -> list[Stream]:
        return [each for each in self.listed() if each.terms != WORKS]

    def left(self, number: int) -> bool:
        """Whether it had to end because slashdock stops, and goes on after the next start."""
        return number in self._left

    def _see_that_there_is_room(self, stream: Stream) -> None:
        if self._closed:
            raise Refusal(f"{ENDS}, and begins nothing more.")
        terms = stream.terms
        like = [each for each in self._open.values() if each.terms == terms]
        if sum(each.person == stream.person for each in like) >= terms.each:
            raise Refusal(_TOO_MANY.format(terms.each))
        if len(like) >= terms.all_:
            raise Refusal(_FULL.format(terms.all_))

    def _end_what_is_due(self) -> None:
        """Look at all of them again and again, until none lives any more."""
        while living := self._living():
            for stream in living:
                if why := self._over(stream):
                    stream.end(why)
            soonest = min(each.over for each in living) - time.monotonic()
            with self._changed:
                self._changed.wait(max(0.0, min(self._look, soonest)))

    def _living(self) -> list[Stream]:
        with self._changed:
            living = [each for each in self._open.values() if not each.ended]
            if not living:
                self._watch = None
            return living

    def _over(self, stream: Stream) -> str:
        """Why it has to end; empty where it may go on."""
        if time.monotonic() >= stream.due:
            return _LATE.format(exactly(stream.terms.lasts))
        if time.monotonic() >= stream.over:
            return _IDLE.format(exactly(stream.idle))
        try:
            return stream.still()
        except Exception:  # a bug of ours must not end the looks
            log.exception("whether number %s may go on is not known", stream.number)
            return "Whether it may go on is not known."
