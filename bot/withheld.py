"""What is to be told of a host, and waits for the end of its quiet hours."""

from __future__ import annotations

from sqlite_utils import Database

from bot.backlog import Backlog
from bot.database import Sqlite


class Withheld:
    """The sentences, in the database, so that a restart loses none; what writes raises Unwritable where it cannot."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file

    def add(self, host: str, text: str) -> None:
        """Keep a sentence about a host."""
        with self._file.writing() as db:
            db.execute("INSERT OR REPLACE INTO withheld VALUES (?, ?)", (host, _of(db, host).with_(text).written()))

    def waiting(self) -> dict[str, Backlog]:
        """What waits, by the host."""
        with self._file.reading() as db:
            rows = db.execute("SELECT host, texts FROM withheld ORDER BY host").fetchall()
        return {str(host): Backlog.read(texts) for host, texts in rows}

    def told(self, host: str, backlog: Backlog) -> None:
        """Commit that this was told of a host; what came after it waits still."""
        with self._file.writing() as db:
            left = _of(db, host).without(backlog)
            if left == Backlog():
                db.execute("DELETE FROM withheld WHERE host = ?", (host,))
            else:
                db.execute("UPDATE withheld SET texts = ? WHERE host = ?", (left.written(), host))


def _of(db: Database, host: str) -> Backlog:
    row = db.execute("SELECT texts FROM withheld WHERE host = ?", (host,)).fetchone()
    return Backlog() if row is None else Backlog.read(row[0])
