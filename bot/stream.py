"""A line that lives on: what is typed into it, what it does at once, and how it is ended."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from bot import tracing
from commands.live import Said
from commands.reply import Document

REPEATS = 200  # deliveries of a session that are known, so that none is typed twice


@dataclass(frozen=True)
class Terms:
    """How many of a kind one person may have, and all together, and the seconds that one lasts at most."""

    each: int
    all_: int
    lasts: float


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
        self.changed: Callable[[], None] | None = None  # hears that it is painted again, or no more; None: always is
        self.left = False
        self.idle = 0.0  # seconds of silence after which it ends; 0 where it may be silent
        self.heard = time.monotonic()  # when something was typed or printed last
        self.guests: dict[str, str] = {}  # who else may type, by their id at Slack
        self.takes: Callable[[Said], None] | None = None  # what is done with what is typed; None where nothing can be
        self.admit: Callable[[str], None] = lambda _actor: None  # raises Refusal where one may not run the same line
        self.made = ""  # the id of the container that was made for it
        self.held: Said | None = None  # the key that was pressed last, which is typed once it is known to be no leaving
        self._known: deque[str] = deque(maxlen=REPEATS)
        self._ahead: list[Said] | None = []  # what was typed before it began; None once it has
        self._closers: set[Callable[[], None]] = set()
        self._changed = threading.Condition()

    def typist(self, account: str) -> str:
        """The name of whoever has this account at Slack and may type; empty where they may not."""
        return self.person if account == self.actor else self.guests.get(account, "")

    def type(self, said: Said, delivery: str = "") -> bool:
        """Type this, once; False where nothing can be typed any more."""
        with self._changed:
            takes = self._takes_ahead() if self.takes is None else self.takes
            if self.ended or takes is None:
                return False
            if delivery and delivery in self._known:
                return True
            self._known.append(delivery)
            held, self.held = self.held, None
        self.touch()
        for each in (said,) if held is None else (held, said):
            takes(each)
        return True

    @contextmanager
    def hearing(self, takes: Callable[[Said], None]) -> Iterator[None]:
        """For as long as this lasts, that is done with what is typed, first of all with what was before."""
        with self._changed:
            ahead, self._ahead = self._ahead or [], None
            for each in ahead:
                takes(each)
            self.takes = takes
        try:
            yield
        finally:
            self.takes = None

    def _takes_ahead(self) -> Callable[[Said], None] | None:
        """What is done with what is typed before it has begun, as while its image is fetched: it waits for that."""
        return None if self._ahead is None or len(self._ahead) >= REPEATS else self._ahead.append

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

    def pause(self, *, on: bool) -> bool:
        """Have it painted no more, or again; False where it cannot be paused."""
        if self.changed is None:
            return False
        self.paused = on
        self.changed()
        return True

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
