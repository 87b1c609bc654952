"""Messages that are painted anew: known while they are, so that none stays as it looked when slashdock was killed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.database import Sqlite


@dataclass(frozen=True)
class Look:
    """One, by its channel and the time that Slack knows it by; whose line it shows."""

    channel: str
    ts: str
    person: str
    line: str


class Painted:
    """They are kept in the database until their last look; what writes raises Unwritable where it cannot."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file

    def begin(self, look: Look) -> None:
        """It is there, and is painted anew from now on."""
        with self._file.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO painted VALUES (?, ?, ?, ?)", (look.channel, look.ts, look.person, look.line)
            )

    def end(self, channel: str, ts: str) -> None:
        """It has its last look."""
        with self._file.writing() as db:
            db.execute("DELETE FROM painted WHERE (channel, ts) = (?, ?)", (channel, ts))

    def all(self) -> list[Look]:
        """Those that have not."""
        with self._file.reading() as db:
            return [Look(*row) for row in db.execute("SELECT channel, ts, person, line FROM painted ORDER BY ts")]
