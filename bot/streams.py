"""The lines that live on: how many there may be, who has them, and how each is ended."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from bot import tracing
from commands.attempts import Refusal
from commands.live import Said
from commands.reply import Document
from commands.units import exactly

EACH, ALL = 5, 20  # streams of one person, and of all people together
LOOK = 15.0  # seconds between two looks at whether each may still go on
LASTS = 3600.0  # seconds that one lives at most
WAITS_EACH, WAITS_ALL = 10, 50  # of those that wait for something and show next to nothing meanwhile
WAITS_LAST = 7 * 86_400.0  # seconds
WORKS_EACH, WORKS_ALL = 60, 600  # of works that end by themselves and may be cancelled: as many as lines under way
IDLE = 600.0  # seconds for which nothing was typed and nothing printed, after which a session ends
REPEATS = 200  # deliveries of a session that are known, so that none is typed twice
ENDS = "slashdock stops"

_TOO_MANY = "You have {} streams of this kind already, which is the most: `stream ls` shows, `stream stop` ends them."
_FULL = "There are {} streams of this kind already, which is the most. Try again when one has ended."
_LATE = "It has lived for {}, which is as long as it may."
_IDLE = "Nothing was typed and nothing printed for {}."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Terms:
    """How many of a kind one person may have, and all together, and the seconds that one lasts at most."""

    each: int
    all_: int
    lasts: float


WORKS = Terms(WORKS_EACH, WORKS_ALL, WAITS_LAST)
WAITS = Terms(WAITS_EACH, WAITS_ALL, WAITS_LAST)


class Stream:
    """One of them, by the number of its action; since is epoch seconds, due of the monotonic clock.

    ended is why it has to end. paused: it goes on, and is not painted. kept: it goes on over an end of slashdock. A
    session takes what its owner types, and what those do who were let in; left: what runs in the container goes on
    after its end.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - its facts
        self, number: int, actor: str, person: str, host: str, line: str, since: float, terms: Terms
    ) -> None:
        self.number = number
        self.actor = actor
        self.person = person
        self.host = host
        self.line = line
        self.since = since
        self.terms = terms
        self.due = time.monotonic() + terms.lasts - max(0.0, time.time() - since)
        self.kept = False
        self.paused = False
        self.ended = ""
        self.still: Callable[[], str] = str  # why it may go on no more, as a sentence; empty where it may
        self.copied: Callable[[], Document | None] = lambda: None  # what it has printed until now
        self.changed: Callable[[], None] = lambda: None  # hears that it is painted again, or no more
        self.left = False
        self.idle = 0.0  # seconds of silence after which it ends; 0 where it may be silent
        self.heard = time.monotonic()  # when something was typed or printed last
        self.guests: dict[str, str] = {}  # who else may type, by their id at Slack
        self.takes: Callable[[Said], None] | None = None  # what is done with what is typed; None where nothing can be
        self.admit: Callable[[str], None] = lambda _actor: None  # raises Refusal where one may not run the same line
        self.made = ""  # the id of the container that was made for it
        self.held: Said | None = None  # the key that was pressed last, which is typed once it is known to be no leaving
        self._known: deque[str] = deque(maxlen=REPEATS)
        self._closers: set[Callable[[], None]] = set()
        self._changed = threading.Condition()

    def typist(self, account: str) -> str:
        """The name of whoever has this account at Slack and may type; empty where they may not."""
        return self.person if account == self.actor else self.guests.get(account, "")

    def type(self, said: Said, delivery: str = "") -> bool:
        """Type this, once; False where nothing can be typed any more."""
        with self._changed:
            takes = None if self.ended else self.takes
            if takes is None:
                return False
            if delivery and delivery in self._known:
                return True
            self._known.append(delivery)
            held, self.held = self.held, None
        self.touch()
        for each in (said,) if held is None else (held, said):
            takes(each)
        return True

    def hold(self, said: Said) -> bool:
        """Type this with what is typed next, as it may be the first half of a leaving; False as above."""
        with self._changed:
            if self.ended or self.takes is None:
                return False
            held, self.held = self.held, said
            takes = self.takes
        self.touch()
        if held is not None:
            takes(held)
        return True

    def touch(self) -> None:
        """Something was typed or printed."""
        self.heard = time.monotonic()

    @property
    def over(self) -> float:
        """When it ends by itself, of the monotonic clock, where nothing more is typed or printed."""
        return min(self.due, self.heard + self.idle) if self.idle else self.due

    def leave(self, why: str) -> bool:
        """Have it end, and what runs in the container go on."""
        with self._changed:
            self.left = self.left or not self.ended
        return self.end(why)

    def end(self, why: str) -> bool:
        """Have it end; False where it has to already."""
        with self._changed:
            if self.ended:
                return False
            self.ended = why
            closers = tuple(self._closers)
            self._changed.notify_all()
        for close in closers:
            with suppress(OSError):
                close()
        return True

    def pause(self, *, on: bool) -> None:
        """Have it painted no more, or again."""
        self.paused = on
        self.changed()

    def wait(self, seconds: float) -> bool:
        """Wait for so long, less where it has to end; whether it has to."""
        with self._changed:
            return bool(self._changed.wait_for(lambda: self.ended, seconds))

    def together(self, jobs: Sequence[Callable[[], str]]) -> list[str]:
        """Do all of these at once, each in a thread of its own but the first; what each gives, in their order.

        Raises what one of them raised, once all are over.
        """
        told: dict[int, str | BaseException] = {}

        def work(place: int) -> None:
            try:
                told[place] = jobs[place]()
            except BaseException as error:  # noqa: BLE001 - raised again, once all are over
                told[place] = error
                self.end("One of them failed.")

        name = f"stream-{self.number}"
        threads = [
            threading.Thread(target=tracing.carried(partial(work, at)), name=f"{name}-{at}")
            for at in range(1, len(jobs))
        ]
        try:
            for thread in threads:
                thread.start()
            work(0)
            for thread in threads:
                thread.join()
        except BaseException:  # a ^C in between: no thread may wait for what never comes
            self.end("It was interrupted.")
            raise
        for each in told.values():
            if isinstance(each, BaseException):
                raise each
        return [str(told[at]) for at in range(len(jobs))]

    @contextmanager
    def closing(self, close: Callable[[], None]) -> Iterator[None]:
        """For as long as this lasts, close is called once it has to end: at once where it has to already."""
        with self._changed:
            ended = self.ended
            self._closers.add(close)
        if ended:
            close()
        try:
            yield
        finally:
            with self._changed:
                self._closers.discard(close)


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
