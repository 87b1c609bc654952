"""A request that waits for other people's consent, or waited: what was asked, and how it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from bot import consent
from bot.consent import Approval, Clauses, Vote
from bot.ledger import Entry

APPROVE, REJECT = "approve", "reject"
ALONE = "why nobody does it alone"  # what of a plan is called so
GLASS, REVIEWED = "glass", "reviewed"  # what the record has beside them of who decided


class State(StrEnum):
    """Where a request stands: pending, approved and running are open, all others are ends."""

    PENDING = "pending"
    APPROVED = "approved"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DENIED = "denied"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self in {State.PENDING, State.APPROVED, State.RUNNING}


@dataclass(frozen=True)
class Asking:
    """What is asked: the facts that are written down when it begins to wait.

    plan is what everybody is shown, bound what the digest is over, by name; sealed holds what has to be known again to
    do it. expires is epoch seconds.
    """

    number: int
    actor: str
    team: str
    person: str
    origin: str
    channel: str
    thread: str
    host: str
    line: str
    reason: str
    plan: Mapping[str, Any]
    bound: Mapping[str, str]
    digest: str
    clauses: Clauses
    sealed: bytes
    expires: float


@dataclass(frozen=True)
class Held(Asking):
    """A request that waits or waited, as it stands; version grows with every change that people should see.

    asked, begin_by, reminded and escalated are epoch seconds, None where that has not come about; the last two are
    when that was due which was done last.
    """

    state: State = State.PENDING
    version: int = 1
    asked: float = 0.0
    begin_by: float | None = None
    reminded: float | None = None
    escalated: float | None = None
    glass: str = ""
    reviewed: str = ""
    by: str = ""
    why: str = ""
    votes: tuple[Vote, ...] = field(default=())

    @property
    def waited(self) -> float:
        """For how many seconds it had waited when it was escalated last; less than 0 where it never was."""
        return -1.0 if self.escalated is None else round(self.escalated - self.asked, 3)  # what was added is exact

    def approvals(self) -> tuple[Approval, ...]:
        """Every approval that may count for it, once."""
        return tuple(dict.fromkeys(each for clause in self.clauses for each in clause))


COLUMNS = (
    "number", "actor", "team", "person", "origin", "channel", "thread", "host", "line", "reason", "plan", "bound",
    "digest", "clauses", "sealed", "expires",
)  # fmt: skip


def held_of(db: Database, number: int) -> Held | None:
    """The request of this number, within the transaction that is open; None where none waited under it."""
    row = next(iter(db.query("SELECT * FROM approvals WHERE number = ?", (number,))), None)
    if row is None:
        return None
    votes = tuple(_vote(each) for each in db.query("SELECT * FROM votes WHERE number = ? ORDER BY at", (number,)))
    told = {name: row[name] for name in COLUMNS}
    told |= {name: json.loads(row[name]) for name in ("plan", "bound")} | {"clauses": consent.read(row["clauses"])}
    return Held(
        **told,
        state=State(row["state"]),
        version=row["version"],
        asked=row["asked"],
        begin_by=row["begin_by"],
        reminded=row["reminded"],
        escalated=row["escalated"],
        glass=row["glass"],
        reviewed=row["reviewed"],
        by=row["settled_by"],
        why=row["why"],
        votes=votes,
    )


def proven(held: Held, entries: Sequence[Entry]) -> Held:
    """The same with the votes and the broken glass that stand in these events of it, and none where it is another's."""
    if not _is_what_was_asked(held, entries):
        return replace(held, votes=(), glass="")
    voted = [each.body for each in entries if each.kind == "voted"]
    words = _words(voted)
    votes = tuple(vote for vote in held.votes if _said(vars(vote)) in words.get(vote.person, ()))
    return replace(held, votes=votes, glass=held.glass if any(body["verdict"] == GLASS for body in voted) else "")


def _words(voted: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[Any, ...]]]:
    """What each person said that stands: a refusal leaves nothing of what they said before it."""
    words: dict[str, list[tuple[Any, ...]]] = {}
    for body in voted:
        if body["verdict"] == REJECT:
            words[body["person"]] = [_said(body)]
        elif body["verdict"] == APPROVE:
            words.setdefault(body["person"], []).append(_said(body))
    return words


def _is_what_was_asked(held: Held, entries: Sequence[Entry]) -> bool:
    """Whether it was asked by this person, from there."""
    received = next((each.body for each in entries if each.kind == "received"), {})
    judged = next((each.body for each in entries if each.kind == "judged"), {})
    asked = {name: received.get(name, "") for name in _ASKED} | {"person": judged.get("person", "")}
    return all(getattr(held, name) == value for name, value in asked.items())


_ASKED = ("actor", "team", "origin", "channel", "thread")


def _said(vote: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(vote.get(name, "") for name in ("verdict", "actor", "origin"))


def _vote(row: Mapping[str, Any]) -> Vote:
    told = {name: row[name] for name in ("person", "actor", "origin", "verdict", "reason", "at", "action")}
    return Vote(groups=frozenset(json.loads(row["member_of"])), **told)


class TooMany(Exception):  # noqa: N818 - nothing is wrong
    """As many requests of a person wait already as may."""
