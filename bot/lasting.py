"""Lines that go on over an end of slashdock: what it takes to do them again as the same person, in the same place."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from bot.database import Sqlite
from bot.request import Actor, Origin, Request
from bot.seal import Broken, Seal

PURPOSE = b"slashdock: lines that go on over an end of it, 1"  # what the seal of the lines is made for

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """A line that is under way, by the number of its action; since is when it was begun first, in epoch seconds.

    ids are what its names stood for then, by the names.
    """

    number: int
    request: Request
    host: str
    since: float
    ids: Mapping[str, str] = field(default_factory=dict)


class Lasting:
    """They are kept in the database until their actions have ended; what writes raises Unwritable where it cannot.

    Each is sealed with a key that is not there: who can write to the file alone has nothing done.
    """

    def __init__(self, file: Sqlite, key: bytes) -> None:
        self._file = file
        self._seal = Seal(key, PURPOSE)

    def keep(self, kept: Kept) -> None:
        """Commit that it is to go on; what has ended since is forgotten."""
        sealed = self._seal.close(_written(kept), str(kept.number))
        with self._file.writing() as db:
            db.execute("DELETE FROM lasting WHERE number NOT IN (SELECT number FROM unsettled)")
            db.execute("INSERT OR REPLACE INTO lasting VALUES (?, ?)", (kept.number, sealed))

    def all(self) -> list[Kept]:
        """Those that have not ended, oldest first; one that was altered is none, and told in the log."""
        with self._file.reading() as db:
            rows = db.execute(_ALL).fetchall()
        found = []
        for number, sealed in rows:
            try:
                found.append(_read(number, self._seal.open(sealed, str(number))))
            except (Broken, ValueError):  # the latter where it is too short to be anything
                log.error("number %s does not go on: it was altered, or sealed with another key", number)  # noqa: TRY400 - no more to say
        return found


_ALL = "SELECT number, sealed FROM lasting WHERE number IN (SELECT number FROM unsettled) ORDER BY number"


def _written(kept: Kept) -> str:
    asked = kept.request
    actor, where = asdict(asked.actor), {"channel": asked.channel, "thread": asked.thread, "host": asked.host}
    facts = {"line": asked.line, "actor": actor, "origin": str(asked.origin), "where": where}
    return json.dumps({**facts, "host": kept.host, "since": kept.since, "ids": dict(kept.ids)})


def _read(number: int, text: str) -> Kept:
    told = json.loads(text)
    request = Request(told["line"], Actor(**told["actor"]), Origin(told["origin"]), **told["where"])
    return Kept(number, request, told["host"], told["since"], told["ids"])
