"""The policies of cleanups, and what came of their runs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from bot.clock import Clock
from bot.database import Sqlite
from commands.cleanup.memory import Ran
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

    def ended(self, ran: Ran) -> None:
        """Note how a run ended."""
        with self._file.writing() as db:
            db.execute(_ENDED, {**asdict(ran), "at": self._clock.now()})

    def history(self, host: str, name: str, most: int) -> list[Ran]:
        """The latest runs at a host, newest first: of this policy, of all of them where no name is given."""
        with self._file.reading() as db:
            return [Ran(*row) for row in db.execute(_HISTORY, {"host": host, "name": name, "most": most}).fetchall()]


_ENDED = """
INSERT OR REPLACE INTO cleaned
VALUES (:number, :policy, :host, :person, :at, :removed, :skipped, :failed, :freed, :told)
"""
_HISTORY = """
SELECT policy, removed, skipped, failed, freed, told, number, host, person, at FROM cleaned
WHERE host = :host AND :name IN ('', policy) ORDER BY number DESC LIMIT :most
"""


def _policy(name: str, rules: str) -> Policy:
    told: dict[str, Any] = json.loads(rules, object_hook=_frozen)
    return Policy(name, **told)


def _frozen(told: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
