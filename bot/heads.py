"""Heads of the record: the newest event and its hash, published where nobody who alters the record can reach."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from bot.clock import Clock
from bot.database import Sqlite

_WRITTEN = re.compile(r"(\d{1,18}):([0-9a-f]{64})")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Head:
    """An event of the record and its hash, which stands for all that was written before it."""

    event: int
    hash: str

    def __str__(self) -> str:
        """As it is published."""
        return f"{self.event}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Head | None:
        """The one that was published so; None where the text is none."""
        found = _WRITTEN.fullmatch(text.strip())
        return cls(int(found[1]), found[2]) if found else None


class Heads:
    """What was published, in the database; every method that writes raises Unwritable where it cannot."""

    def __init__(self, file: Sqlite, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def unpublished(self) -> Head | None:
        """The newest head, written to the log; None where it was published before, or there is none."""
        with self._file.reading() as db:
            row = db.execute(_LAST).fetchone()
            if row is None or db.execute("SELECT 1 FROM heads WHERE event = ?", (row[0],)).fetchone():
                return None
        head = Head(*row)
        log.info("head of the record: %s", head)
        return head

    def publish(self, head: Head) -> None:
        """Note that it is where others can read it."""
        with self._file.writing() as db:
            db.execute("INSERT OR IGNORE INTO heads VALUES (?, ?, ?)", (head.event, head.hash, self._clock.now()))

    def last(self) -> Head | None:
        """The newest event; None where there is none."""
        with self._file.reading() as db:
            row = db.execute(_LAST).fetchone()
        return None if row is None else Head(*row)

    def published(self) -> list[Head]:
        """All that were published, oldest first."""
        with self._file.reading() as db:
            return [Head(*row) for row in db.execute("SELECT event, hash FROM heads ORDER BY event").fetchall()]


_LAST = "SELECT id, hash FROM events ORDER BY id DESC LIMIT 1"
