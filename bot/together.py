"""Whose turn it is to write, and the one commit of those who write at the same time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlite_utils import Database

MOST = 32  # that write into one transaction; whoever comes later waits for the next


@dataclass
class Company:
    """A transaction that is open for others to write into; error is what it failed by."""

    db: Database
    size: int = 1
    error: BaseException | None = None
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def has_room(self) -> bool:
        """Whether another one may write into it."""
        return self.size < MOST and self.error is None

    def see_that_all_stands(self) -> None:
        """Raise what it failed by, if it did."""
        if self.error is not None:
            raise self.error


class Late(Exception):  # noqa: N818 - an answer, not a fault
    """The turn did not come in time."""


@dataclass(eq=False)
class _Waiting:
    """Somebody whose turn has yet to come; alone: not while something is open."""

    alone: bool = False
    came: threading.Event = field(default_factory=threading.Event)


class Together:
    """One of a process writes at a time. A commit waits for the disk, which takes as long for many as for one.

    So whoever began a transaction lets those who wait write into it, the first first, and commits it for all.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = False
        self._queue: deque[_Waiting] = deque()
        self._company: Company | None = None
        self._opener = _Waiting()  # whoever is to commit what is open

    @contextmanager
    def turn(self, patience: float, *, alone: bool = False) -> Iterator[tuple[Company | None, float]]:
        """Nobody else writes meanwhile: what is open to be written into, and the seconds that were not waited.

        patience is in seconds; raises Late. alone: nothing is open then.
        """
        until = time.monotonic() + patience
        self._enter(patience, alone=alone)
        try:
            yield self._company, until - time.monotonic()
        finally:
            with self._lock:
                self._busy = self._hand_on()

    @contextmanager
    def shared(self, db: Database) -> Iterator[None]:
        """Within a turn, let those who wait write into what is open; the block commits it for all."""
        if not self._queue:
            yield
            return
        company = Company(db)
        try:
            self._let_in(company)
            company.see_that_all_stands()
            yield
        except BaseException as error:
            company.error = error
            raise
        finally:
            self._company = None
            company.over.set()

    def _let_in(self, company: Company) -> None:
        with self._lock:
            self._company, self._opener = company, _Waiting()
            self._hand_on()
        try:
            self._opener.came.wait()
        except BaseException as error:  # a ^C: whoever writes into it goes on to their end first
            company.error = error
            self._opener.came.wait()
            raise

    def _enter(self, patience: float, *, alone: bool) -> None:
        with self._lock:
            if not self._busy:
                self._busy = True
                return
            waiting = _Waiting(alone)
            self._queue.append(waiting)
        try:
            waiting.came.wait(patience)
        except BaseException:
            self._give_up(waiting)
            raise
        if self._gone(waiting):
            raise Late

    def _gone(self, waiting: _Waiting) -> bool:
        """Take it out of the queue; False where its turn has come just now."""
        with self._lock:
            if not waiting.came.is_set():
                self._queue.remove(waiting)
                return True
        return False

    def _give_up(self, waiting: _Waiting) -> None:
        if not self._gone(waiting):
            with self._lock:
                self._busy = self._hand_on()

    def _hand_on(self) -> bool:
        """Give the turn to the next; False where there is none."""
        following = self._next()
        if following is not None:
            following.came.set()
        return following is not None

    def _next(self) -> _Waiting | None:
        company = self._company
        if company is None:
            return self._queue.popleft() if self._queue else None
        fitting = next((each for each in self._queue if not each.alone), None) if company.has_room else None
        if fitting is None:
            return self._opener
        self._queue.remove(fitting)
        company.size += 1
        return fitting
