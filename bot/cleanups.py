"""The policies of cleanups, and what came of their runs."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from typing import Any

from sqlite_utils import Database

from bot.clock import Clock
from bot.database import Sqlite
from commands.cleanup.memory import Ran, Taken
from commands.cleanup.policy import BUILT_IN, WHAT, Policy


class Cleanups:
    """Policies and runs, in the database; every method that writes raises Unwritable where it cannot."""

    def __init__(self, file: Sqlite, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def policies(self) -> dict[str, Policy | None]:
        """Those that were set, in order of name; None for one that is damaged, or says what no policy here can."""
        with self._file.reading() as db:
            rows = db.execute("SELECT name, rules FROM cleanups ORDER BY name").fetchall()
        return {name: _policy(name, rules) for name, rules in rows}

    def keep(self, policy: Policy, person: str) -> None:
        """Keep a policy, in the place of one of its name; person set it so."""
        with self._file.writing() as db:
            self._keep(db, policy, person)

    def turn_on(self, policy: Policy, person: str) -> bool:
        """Let a policy's runs remove something; False where it is not this one any more."""
        with self._file.writing() as db:
            row = db.execute("SELECT name, rules FROM cleanups WHERE name = ?", (policy.name,)).fetchone()
            is_same = row is not None and _policy(*row) == policy
            if is_same:
                self._keep(db, replace(policy, on=True), person)
        return is_same

    def drop(self, name: str) -> bool:
        """Forget a policy; False where there was none."""
        with self._file.writing() as db:
            return bool(db.execute("DELETE FROM cleanups WHERE name = ?", (name,)).rowcount)

    def note(self, ran: Ran) -> None:
        """Note that a run begins, or how it ended."""
        with self._file.writing() as db:
            db.execute(_RAN, {**asdict(ran), "at": self._clock.now()})

    def taking(self, number: int, place: int, taken: Taken | None) -> None:
        """Note what a run takes in this place of its order; None: nothing after all."""
        with self._file.writing() as db:
            if taken is None:
                db.execute("DELETE FROM taken WHERE (number, place) = (?, ?)", (number, place))
            else:
                lists = (json.dumps(told) for told in (dict(taken.labels), taken.tags, taken.digests))
                db.execute(_TAKING, (number, place, taken.kind, taken.id, taken.name, *lists))

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
            rows = db.execute(_HISTORY, {"host": host, "name": name, "most": most}).fetchall()
        return [replace(Ran(*row[:-1]), ended=bool(row[-1])) for row in rows]

    def _keep(self, db: Database, policy: Policy, person: str) -> None:
        rules = {name: value for name, value in asdict(policy).items() if name != "name"}
        row = (policy.name, json.dumps(rules), person, self._clock.now())
        db.execute("INSERT OR REPLACE INTO cleanups VALUES (?, ?, ?, ?)", row)


_RAN = """
INSERT OR REPLACE INTO cleaned
VALUES (:number, :policy, :host, :person, :at, :removed, :skipped, :failed, :freed, :told, :ended)
"""
_TAKING = "INSERT OR REPLACE INTO taken VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_TAKEN = "SELECT kind, identity, name, labels, tags, digests FROM taken WHERE number = ? ORDER BY place"
_HISTORY = """
SELECT policy, iif(ended, removed, (SELECT count(*) FROM taken WHERE taken.number = cleaned.number)), skipped, failed,
       freed, told, number, host, person, at, ended
FROM cleaned WHERE host = :host AND :name IN ('', policy) ORDER BY number DESC LIMIT :most
"""


def _taken(kind: str, identity: str, name: str, labels: str, tags: str, digests: str) -> Taken:  # noqa: PLR0913, PLR0917 - a row
    return Taken(kind, identity, name, json.loads(labels), tuple(json.loads(tags)), tuple(json.loads(digests)))


def _policy(name: str, rules: str) -> Policy | None:
    try:
        found = Policy(name, **json.loads(rules, object_hook=_frozen))
    except (TypeError, ValueError):
        return None
    return found if _is_sound(found) else None


def _is_sound(policy: Policy) -> bool:
    """Whether each of its words is of the kind that a policy has there."""
    alike = all(type(getattr(policy, each.name)) is type(getattr(BUILT_IN, each.name)) for each in fields(policy))
    lists = (policy.what, policy.keep_labels, policy.keep, policy.hosts)
    return alike and all(isinstance(each, str) for words in lists for each in words) and {*policy.what} <= {*WHAT}


def _frozen(told: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
