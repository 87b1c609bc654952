"""What is to be told of a host, and waits for the end of its quiet hours."""

from __future__ import annotations

import json

from bot.database import Sqlite

HELD = 100  # sentences that are kept of one host, the newest ones


class Withheld:
    """The sentences, in the database, so that a restart loses none; what writes raises Unwritable where it cannot."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file

    def add(self, host: str, text: str) -> None:
        """Keep a sentence about a host."""
        with self._file.writing() as db:
            row = db.execute("SELECT texts FROM withheld WHERE host = ?", (host,)).fetchone()
            texts = [*([] if row is None else json.loads(row[0])), text][-HELD:]
            db.execute("INSERT OR REPLACE INTO withheld VALUES (?, ?)", (host, json.dumps(texts)))

    def hosts(self) -> list[str]:
        """Those of which something waits."""
        with self._file.reading() as db:
            return [str(row[0]) for row in db.execute("SELECT host FROM withheld ORDER BY host").fetchall()]

    def take(self, host: str) -> list[str]:
        """What waits of a host, oldest first; it does no more."""
        with self._file.writing() as db:
            rows = db.execute("DELETE FROM withheld WHERE host = ? RETURNING texts", (host,)).fetchall()
            return [str(text) for row in rows for text in json.loads(row[0])]
