"""Roles that people have for a limited time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.database import Sqlite


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

    now gives epoch seconds that never go back, so that a clock that is put back makes no role last longer.
    """

    def __init__(self, file: Sqlite, now: Callable[[], float]) -> None:
        self._file = file
        self._now = now

    def give(self, number: int, person: str, role: str, seconds: float) -> Grant:
        """Give a person a role from now on."""
        now = self._now()
        grant = Grant(number, person, role, now, now + seconds)
        with self._file.writing() as db:
            row = (number, person, role, now, now + seconds)
            db.execute("INSERT INTO grants (number, person, role, since, until) VALUES (?, ?, ?, ?, ?)", row)
        return grant

    def revoke(self, number: int, by: str) -> bool:
        """End a grant now; False where there is none that lasts."""
        now = self._now()
        with self._file.writing() as db:
            done = db.execute(
                "UPDATE grants SET revoked = ?, revoked_by = ? WHERE number = ? AND revoked IS NULL AND until > ?",
                (now, by, number, now),
            )
            return done.rowcount == 1

    def lasting(self) -> list[Grant]:
        """The grants that last now."""
        now = self._now()
        with self._file.reading() as db:
            rows = db.execute(
                "SELECT * FROM grants WHERE revoked IS NULL AND since <= ? AND until > ? ORDER BY number", (now, now)
            ).fetchall()
        return [Grant(*row) for row in rows]

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
