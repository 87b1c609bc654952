"""The policies of cleanups, and what came of their runs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from bot.clock import Clock
from bot.database import Sqlite
from commands.cleanup.memory import Ran, Taken
from commands.cleanup.policy import Policy


class Cleanups:
    """Policies and runs, in the database; every method that writes raises Unwritable where it cannot."""

    def __init__(self, file: Sqlite, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def policies(self) -> list[Policy]:
        """Those that were set, in order of name."""
        with self._file.reading() as db:
            rows = db.execute("SELECT name, rules FROM cleanups ORDER BY name").fetchall()
        return [_policy(*row) for row in rows]

    def keep(self, policy: Policy, person: str) -> None:
        """Keep a policy, in the place of one of its name; person set it so."""
        rules = {name: value for name, value in asdict(policy).items() if name != "name"}
        row = (policy.name, json.dumps(rules), person, self._clock.now())
        with self._file.writing() as db:
            db.execute("INSERT OR REPLACE INTO cleanups VALUES (?, ?, ?, ?)", row)

    def drop(self, name: str) -> bool:
        """Forget a policy; False where there was none."""
        with self._file.writing() as db:
            return bool(db.execute("DELETE FROM cleanups WHERE name = ?", (name,)).rowcount)

    def ended(self, ran: Ran, taken: Iterable[Taken]) -> None:
        """Note how a run ended, and what it took."""
        with self._file.writing() as db:
            db.execute(_ENDED, {**asdict(ran), "at": self._clock.now()})
            for place, each in enumerate(taken):
                lists = (json.dumps(told) for told in (dict(each.labels), each.tags, each.digests))
                db.execute(_TOOK, (ran.number, place, each.kind, each.id, each.name, *lists))

    def has(self, host: str, number: int) -> bool:
        """Whether this was a run at this host."""
        with self._file.reading() as db:
            found = db.execute("SELECT 1 FROM cleaned WHERE (host, number) = (?, ?)", (host, number)).fetchone()
        return found is not None

    def taken(self, number: int) -> list[Taken]:
        """What a run took, in its order."""
        with self._file.reading() as db:
            rows = db.execute(_TAKEN, (number,)).fetchall()
        return [_taken(*row) for row in rows]

    def history(self, host: str, name: str, most: int) -> list[Ran]:
        """The latest runs at a host, newest first: of this policy, of all of them where no name is given."""
        with self._file.reading() as db:
            return [Ran(*row) for row in db.execute(_HISTORY, {"host": host, "name": name, "most": most}).fetchall()]


_ENDED = """
INSERT OR REPLACE INTO cleaned
VALUES (:number, :policy, :host, :person, :at, :removed, :skipped, :failed, :freed, :told)
"""
_TOOK = "INSERT INTO taken VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_TAKEN = "SELECT kind, identity, name, labels, tags, digests FROM taken WHERE number = ? ORDER BY place"
_HISTORY = """
SELECT policy, removed, skipped, failed, freed, told, number, host, person, at FROM cleaned
WHERE host = :host AND :name IN ('', policy) ORDER BY number DESC LIMIT :most
"""


def _taken(kind: str, identity: str, name: str, labels: str, tags: str, digests: str) -> Taken:  # noqa: PLR0913, PLR0917 - a row
    return Taken(kind, identity, name, json.loads(labels), tuple(json.loads(tags)), tuple(json.loads(digests)))


def _policy(name: str, rules: str) -> Policy:
    told: dict[str, Any] = json.loads(rules, object_hook=_frozen)
    return Policy(name, **told)


def _frozen(told: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
