"""Lines that go on over an end of slashdock: what it takes to do them again as the same person, in the same place."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from sqlite_utils import Database

from bot.database import Sqlite
from bot.request import Actor, Origin, Request
from bot.seal import Broken, Seal

PURPOSE = b"slashdock: lines that go on over an end of it, 1"  # what the seal of the lines is made for

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """A line that is under way, by the number of its action; since is when it was begun first, in epoch seconds.

    ids are what its names stood for then, by the names; known is what it has found out since, in its own words.
    """

    number: int
    request: Request
    host: str
    since: float
    ids: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)


class Lasting:
    """They are kept in the database until their actions have ended; what writes raises Unwritable where it cannot.

    Each is sealed with a key that is not there: who can write to the file alone has nothing done.
    """

    def __init__(self, file: Sqlite, key: bytes) -> None:
        self._file = file
        self._seal = Seal(key, PURPOSE)

    def keep(self, kept: Kept) -> None:
        """Commit that it is to go on, with what it found out before; what has ended since is forgotten."""
        with self._file.writing() as db:
            db.execute("DELETE FROM lasting WHERE number NOT IN (SELECT number FROM unsettled)")
            before = self._one(db, kept.number)
            self._put(db, kept if before is None else replace(kept, known={**before.known, **kept.known}))

    def learn(self, number: int, facts: Mapping[str, str]) -> None:
        """Commit that one has found this out as well; nothing where it is not to go on."""
        with self._file.writing() as db:
            kept = self._one(db, number)
            if kept is not None:
                self._put(db, replace(kept, known={**kept.known, **facts}))

    def known(self, number: int) -> Mapping[str, str]:
        """What one has found out; nothing of one that is not to go on, or was altered."""
        with self._file.reading() as db:
            kept = self._one(db, number)
        return {} if kept is None else kept.known

    def all(self) -> list[Kept]:
        """Those that have not ended, oldest first; one that was altered is none, and told in the log."""
        with self._file.reading() as db:
            rows = db.execute(_ALL).fetchall()
        found = [(number, self._opened(number, sealed)) for number, sealed in rows]
        for number, kept in found:
            if kept is None:
                log.error("number %s does not go on: it was altered, or sealed with another key", number)
        return [kept for _, kept in found if kept is not None]

    def _put(self, db: Database, kept: Kept) -> None:
        sealed = self._seal.close(_written(kept), str(kept.number))
        db.execute("INSERT OR REPLACE INTO lasting VALUES (?, ?)", (kept.number, sealed))

    def _one(self, db: Database, number: int) -> Kept | None:
        row = db.execute("SELECT sealed FROM lasting WHERE number = ?", (number,)).fetchone()
        return None if row is None else self._opened(number, row[0])

    def _opened(self, number: int, sealed: bytes) -> Kept | None:
        """None where it was altered."""
        try:
            return _read(number, self._seal.open(sealed, str(number)))
        except (Broken, ValueError):  # the latter where it is too short to be anything
            return None


_ALL = "SELECT number, sealed FROM lasting WHERE number IN (SELECT number FROM unsettled) ORDER BY number"


def _written(kept: Kept) -> str:
    asked = kept.request
    actor, where = asdict(asked.actor), {"channel": asked.channel, "thread": asked.thread, "host": asked.host}
    facts = {"line": asked.line, "actor": actor, "origin": str(asked.origin), "where": where}
    found = {"ids": dict(kept.ids), "known": dict(kept.known)}
    return json.dumps({**facts, **found, "host": kept.host, "since": kept.since})


def _read(number: int, text: str) -> Kept:
    told = json.loads(text)
    request = Request(told["line"], Actor(**told["actor"]), Origin(told["origin"]), **told["where"])
    return Kept(number, request, told["host"], told["since"], told["ids"], told.get("known", {}))
