"""Roles that people have for a limited time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.ledger import Entry, Ledger
from bot.posts import Session


@dataclass(frozen=True)
class Grant:
    """A role that a person got for a time, by the number of the action; times are epoch seconds."""

    number: int
    person: str
    role: str
    since: float
    until: float
    revoked: float | None = None
    revoked_by: str = ""


class Grants:
    """The grants, in the database; every method that writes raises Unwritable where it cannot.

    A row alone gives nobody anything: that the role was given, and not taken back, stands in the record.

    now gives epoch seconds that never go back, so that a clock that is put back makes no role last longer.
    """

    def __init__(self, reading: Session, now: Callable[[], float], ledger: Ledger) -> None:
        self._reading = reading
        self._now = now
        self._ledger = ledger

    def give(self, number: int, person: str, role: str, seconds: float) -> Grant:
        """Give a person a role from now on."""
        now = self._now()
        grant = Grant(number, person, role, now, now + seconds)
        with self._ledger.writing() as db:
            row = (number, person, role, now, now + seconds)
            db.execute("INSERT INTO grants (number, person, role, since, until) VALUES (?, ?, ?, ?, ?)", row)
            self._ledger.append(db, number, "noted", {"role": role, "person": person, "seconds": seconds}, now)
        return grant

    def revoke(self, number: int, by: str) -> bool:
        """End a grant now; False where there is none that lasts."""
        now = self._now()
        with self._ledger.writing() as db:
            done = db.execute(
                "UPDATE grants SET revoked = ?, revoked_by = ? WHERE number = ? AND revoked IS NULL AND until > ?",
                (now, by, number, now),
            )
            if done.rowcount == 1:
                self._ledger.append(db, number, "noted", {_REVOKED: number, "by": by}, now)
            return done.rowcount == 1

    def lasting(self) -> list[Grant]:
        """The grants that last now."""
        now = self._now()
        with self._reading() as db:
            rows = db.execute(
                "SELECT * FROM grants WHERE revoked IS NULL AND since <= ? AND until > ? ORDER BY number", (now, now)
            ).fetchall()
            found = [Grant(*row) for row in rows]
            return [each for each in found if _stands(each, self._ledger.proven(db, each.number))]

    def counting(self, longest: Mapping[str, float]) -> list[Grant]:
        """Those of them that the policy still lets be given: longest says for how many seconds, by the role."""
        now = self._now()
        given = (
            replace(each, until=min(each.until, each.since + longest.get(each.role, 0))) for each in self.lasting()
        )
        return [each for each in given if each.until > now]

    def roles(self, person: str, longest: Mapping[str, float]) -> frozenset[str]:
        """The roles that a person has for a time; longest is as in counting."""
        return frozenset(each.role for each in self.counting(longest) if each.person == person)


_REVOKED = "revoked"


def _stands(grant: Grant, entries: Sequence[Entry]) -> bool:
    """Whether these events of the action have given this, and not taken it back."""
    noted = [each for each in entries if each.kind == "noted"]
    told = {"role": grant.role, "person": grant.person}
    given = any(
        told.items() <= each.body.items() and each.at == grant.since and each.at + each.body["seconds"] == grant.until
        for each in noted
    )
    return given and not any(_REVOKED in each.body for each in noted)
