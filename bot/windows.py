"""Times in which somebody works on a host: what runs by the clock there waits, and what is told of it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from bot.backlog import Backlog
from bot.ledger import Entry, Ledger
from bot.posts import Session

ENDED = "ended"  # what the record says then


@dataclass(frozen=True)
class Window:
    """The maintenance of a host, by the number of the action that began it; times are by a clock that only goes on.

    ended is when it was ended, None where it ends by itself; held is what is told once it is over.
    """

    number: int
    host: str
    person: str
    reason: str
    since: float
    until: float
    ended: float | None = None
    ended_by: str = ""
    held: Backlog = field(default_factory=Backlog)

    @property
    def end(self) -> float:
        """When it ends, or ended."""
        return self.until if self.ended is None else min(self.ended, self.until)


class Windows:
    """The windows, in the database; every method that writes raises Unwritable where it cannot.

    A row alone holds nothing back: that it was begun, or ended, stands in the record. now gives epoch seconds that
    never go back.
    """

    def __init__(self, reading: Session, now: Callable[[], float], ledger: Ledger) -> None:
        self._reading = reading
        self._now = now
        self._ledger = ledger

    def begin(self, number: int, host: str, person: str, reason: str, seconds: float) -> Window:
        """Begin one now."""
        now = self._now()
        window = Window(number, host, person, reason, now, now + seconds)
        with self._ledger.writing() as db:
            row = (number, host, person, reason, window.since, window.until)
            db.execute(_BEGIN, row)
            self._ledger.append(db, number, "noted", {"maintenance": host, "seconds": seconds}, now)
        return window

    def finish(self, number: int, by: str, action: int) -> bool:
        """End one now; action is what did that. False where it does not last."""
        now = self._now()
        with self._ledger.writing() as db:
            row = (now, by, number, now)
            done = db.execute(
                "UPDATE windows SET ended = ?, ended_by = ? WHERE number = ? AND ended IS NULL AND until > ?", row
            )
            if done.rowcount == 1:
                body = {"maintenance": ENDED, "by": by}
                self._ledger.append(db, action, "noted", {**body, "begun as": number}, now)
                self._ledger.append(db, number, "noted", {**body, "as number": action}, now)
            return done.rowcount == 1

    def hold(self, number: int, text: str) -> None:
        """Keep a sentence until it is over."""
        with self._ledger.writing() as db:
            row = db.execute("SELECT held FROM windows WHERE number = ?", (number,)).fetchone()
            if row is not None:
                held = Backlog.read(row[0]).with_(text)
                db.execute("UPDATE windows SET held = ? WHERE number = ?", (held.written(), number))

    def lasting(self) -> list[Window]:
        """Those that last now, oldest first."""
        now = self._now()
        return [each for each in self._read("told = 0") if each.since <= now < each.end]

    def over(self) -> list[Window]:
        """Those that are over and of which that was not told, oldest first."""
        now = self._now()
        return [each for each in self._read("told = 0") if now >= each.end]

    def told(self, number: int) -> None:
        """Commit that it was told that one is over."""
        with self._ledger.writing() as db:
            db.execute("UPDATE windows SET told = 1 WHERE number = ?", (number,))

    def _read(self, which: str) -> list[Window]:
        with self._reading() as db:
            rows = db.execute(f"SELECT {_COLUMNS} FROM windows WHERE {which} ORDER BY number").fetchall()  # noqa: S608 - our own words
            found = [Window(*(*row[:-1], Backlog.read(row[-1]))) for row in rows]
            return [each for each in found if self._stands(db, each)]

    def _stands(self, db: Database, window: Window) -> bool:
        """Whether the record has begun this, and ended it where the row says so."""
        told = self._ledger.proven(db, window.number, "noted")
        ended = next((each.at for each in told if each.body.get("maintenance") == ENDED), None)
        return _has_begun(window, told) and ended == window.ended


_BEGIN = "INSERT INTO windows (number, host, person, reason, since, until) VALUES (?, ?, ?, ?, ?, ?)"
_COLUMNS = "number, host, person, reason, since, until, ended, ended_by, held"


def _has_begun(window: Window, entries: Sequence[Entry]) -> bool:
    noted = (each for each in entries if each.body.get("maintenance") == window.host and "seconds" in each.body)
    return any(each.at == window.since and each.at + each.body["seconds"] == window.until for each in noted)
