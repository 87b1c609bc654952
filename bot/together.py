"""Whose turn it is to write, and the one commit of those who write at the same time."""

from __future__ import annotations

import threading
import time
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


class Together:
    """One of a process writes at a time. A commit waits for the disk, which takes as long for many as for one.

    So whoever began a transaction lets those who wait write into it, one after the other, and commits it for all.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free = threading.Condition(self._lock)  # for those who would write into whatever is open
        self._empty = threading.Condition(self._lock)  # for those who write alone
        self._idle = threading.Condition(self._lock)  # for whoever is to commit
        self._busy = False
        self._waiting = 0  # those who would write into whatever is open
        self._company: Company | None = None

    @contextmanager
    def turn(self, patience: float, *, alone: bool = False) -> Iterator[tuple[Company | None, float]]:
        """Nobody else writes meanwhile: what is open to be written into, and the seconds that were not waited.

        patience is in seconds; raises Late. alone: nothing is open then.
        """
        until = time.monotonic() + patience
        with self._lock:
            self._enter_alone(patience) if alone else self._enter(patience)
            company = self._company
        try:
            yield company, until - time.monotonic()
        finally:
            with self._lock:
                self._leave()

    @contextmanager
    def shared(self, db: Database) -> Iterator[Company]:
        """Within a turn, let those who wait write into what is open; the block commits it for all."""
        company = Company(db)
        try:
            with self._lock:
                self._company = company
                self._leave()
                self._idle.wait_for(lambda: not self._busy and not (self._waiting and company.has_room))
                self._busy = True
            company.see_that_all_stands()
            yield company
        except BaseException as error:
            company.error = error
            raise
        finally:
            with self._lock:
                self._company = None
            company.over.set()

    def _enter(self, patience: float) -> None:
        self._waiting += 1
        try:
            came = self._free.wait_for(lambda: not self._busy and not self._is_full, patience)
        finally:
            self._waiting -= 1
        self._began(came=came)
        if self._company is not None:
            self._company.size += 1

    def _enter_alone(self, patience: float) -> None:
        self._began(came=self._empty.wait_for(lambda: not self._busy and self._company is None, patience))

    @property
    def _is_full(self) -> bool:
        return self._company is not None and not self._company.has_room

    def _began(self, *, came: bool) -> None:
        if not came:
            self._call()  # somebody else may have been passed over for this one
            raise Late
        self._busy = True

    def _leave(self) -> None:
        self._busy = False
        self._call()

    def _call(self) -> None:
        """Wake one of each."""
        for each in (self._free, self._empty, self._idle):
            each.notify()
