"""The threads of sessions, kept beyond their end: what is written there is no line for slashdock, ever."""

from __future__ import annotations

from bot.database import Sqlite

MOST = 50_000  # threads; of more the oldest are forgotten


class Rooms:
    """Each by its channel and the time of the message above it; what writes raises Unwritable where it cannot."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file

    def open(self, channel: str, ts: str) -> None:
        """A session has this thread from now on."""
        with self._file.writing() as db:
            db.execute("INSERT OR IGNORE INTO rooms (channel, ts) VALUES (?, ?)", (channel, ts))
            db.execute("DELETE FROM rooms WHERE number <= (SELECT MAX(number) FROM rooms) - ?", (MOST,))

    def has(self, channel: str, ts: str) -> bool:
        """Whether one had it, be it over or not."""
        with self._file.reading() as db:
            found = db.execute("SELECT 1 FROM rooms WHERE (channel, ts) = (?, ?)", (channel, ts)).fetchone()
        return found is not None
