"""A clock that only goes on: what ends with time ends though the machine's clock is put back, or was ahead before."""

from __future__ import annotations

import threading

from bot.clock import Clock
from bot.database import Sqlite

LEAST = 1e-3  # seconds between two times that are told apart


class Tide:
    """Its mark stands in the record, and goes on by as much as the machine's clock does; being put back adds nothing.

    Where that clock was wrong, the mark stays ahead of it: only what is between two looks at it counts.
    """

    def __init__(self, file: Sqlite, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._lock = threading.Lock()
        self._mark: float | None = None
        self._given = 0.0
        self._seen = 0.0  # what the machine's clock said at the last look

    def now(self) -> float:
        """Epoch seconds that are never less than before; raises Unwritable where the record cannot be read."""
        with self._lock:
            if self._mark is None:
                with self._file.reading() as db:
                    self._mark = float(db.execute(_MARK).fetchone()[0])
                self._seen = self._clock.now()
            now = self._clock.now()
            self._mark = max(self._mark + max(0.0, now - self._seen), now)
            self._seen = now
            return self._mark

    def later(self) -> float:
        """The same, and more than whenever this was asked before."""
        now = self.now()
        with self._lock:
            self._given = max(now, self._given + LEAST)
            return self._given

    def keep(self) -> None:
        """Write the mark down where it is ahead of the machine's clock, so that the next start goes on from it."""
        mark = 0.0 if self._mark is None else self.now()
        if mark > self._clock.now():
            with self._file.writing() as db:
                db.execute("UPDATE tide SET mark = max(mark, ?)", (mark,))


# A clock that was ahead for longer than so many events, or answers, had its mark written down.
_MARK = """
SELECT max(
    mark,
    (SELECT coalesce(max(at), 0) FROM (SELECT at FROM events ORDER BY id DESC LIMIT 1000)),
    (SELECT coalesce(max(at), 0) FROM (SELECT at FROM answers ORDER BY number DESC LIMIT 1000))
) FROM tide
"""
