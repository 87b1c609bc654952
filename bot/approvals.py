"""What waits for other people's consent: held requests and votes. One conditional UPDATE decides each step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from bot import consent
from bot.clock import Clock
from bot.consent import Vote
from bot.held import COLUMNS, GLASS, REJECT, REVIEWED, Asking, Held, State, TooMany, held_of, proven
from bot.ledger import Ledger
from bot.posts import Posts, Session


class Approvals:
    """The requests, in the database, and the posts that show them; what writes raises Unwritable where it cannot.

    now gives epoch seconds that never go back, so that a clock that is put back gives no time again.
    """

    def __init__(self, reading: Session, clock: Clock, ledger: Ledger, now: Callable[[], float]) -> None:
        self._reading = reading
        self._writing = ledger.writing
        self._append = ledger.append
        self._proven = ledger.proven
        self._clock = clock
        self._now = now
        self.posts = Posts(reading, ledger.writing)

    def get(self, number: int) -> Held | None:
        """The request of this number; None where none waited under it."""
        with self._reading() as db:
            return self._held(db, number)

    def numbers(self, states: Iterable[State], limit: int, host: str = "", since: float = 0.0) -> list[int]:
        """Those of the newest requests in these states, or in all; newest first.

        At this host, where one is named, and asked since then, in epoch seconds.
        """
        wanted = json.dumps([str(each) for each in states] or [str(each) for each in State])
        with self._reading() as db:
            asked = {"states": wanted, "host": host, "since": since, "limit": limit}
            rows = db.execute(_NEWEST, asked).fetchall()
        return [int(row[0]) for row in rows]

    def listed(self, states: Iterable[State] = (), limit: int = 100) -> list[Held]:
        """The newest requests in these states, or in all; newest first."""
        numbers = self.numbers(states, limit)
        with self._reading() as db:
            found = [self._held(db, number) for number in numbers]
        return [each for each in found if each is not None]

    def vote(self, number: int, vote: Vote, met: Callable[[Held], bool]) -> Held:
        """Write a vote down, the first of a person that counts or their refusal, and what it decides: the request then.

        met says whether the votes suffice. What is not pending, or past its time, stays as it is.
        """
        with self._writing() as db:
            held = self._held(db, number)
            assert held is not None, number  # noqa: S101 - whoever votes has seen it
            now = self._now()
            if held.state is not State.PENDING or now >= held.expires:
                return held
            if vote.verdict == REJECT or all(each.person != vote.person for each in held.votes):
                self._write(db, number, vote, now)
            now_held = self._held(db, number)
            assert now_held is not None  # noqa: S101 - it was there a line before
            if vote.verdict == REJECT:
                self._settle(db, number, (State.PENDING,), State.DENIED, vote.person, vote.reason)
            elif met(now_held):
                self._approve(db, now_held, now)
            decided = self._held(db, number)
            assert decided is not None  # noqa: S101 - as above
            return decided

    def break_glass(self, number: int, person: str, reason: str) -> bool:
        """Let a pending request go on without consent, to be reviewed afterwards; False where it is not pending."""
        with self._writing() as db:
            held, now = self._held(db, number), self._now()
            if held is None or held.state is not State.PENDING or now >= held.expires:
                return False
            db.execute("UPDATE approvals SET glass = ?, settled_by = ? WHERE number = ?", (reason, person, number))
            self._append(db, number, "voted", {"verdict": GLASS, "person": person, "reason": reason})
            return self._approve(db, held, now)

    def review(self, number: int, person: str) -> bool:
        """Note who reviewed a broken glass; False where there is none to be reviewed."""
        with self._writing() as db:
            done = db.execute(
                "UPDATE approvals SET reviewed = ?, version = version + 1"
                " WHERE number = ? AND glass <> '' AND reviewed = '' AND state NOT IN ('approved', 'running')",
                (person, number),
            )
            if done.rowcount == 1:
                self._append(db, number, "voted", {"verdict": REVIEWED, "person": person})
            return done.rowcount == 1

    def settle(  # noqa: PLR0913, PLR0917 - the facts of an end
        self,
        number: int,
        states: Iterable[State],
        end: State,
        by: str = "",
        why: str = "",
        objects: Sequence[Mapping[str, Any]] = (),
    ) -> bool:
        """End a request that is in one of these states, and note that in the record; False where it is in none.

        objects are those that why may name.
        """
        with self._writing() as db:
            return self._settle(db, number, states, end, by, why, objects)

    def overdue(self) -> list[int]:
        """The requests whose time is up: to be decided, or to be begun."""
        now = self._now()
        with self._reading() as db:
            rows = db.execute(
                "SELECT number FROM approvals WHERE (state = 'pending' AND expires <= :now)"
                " OR (state = 'approved' AND begin_by <= :now) ORDER BY number",
                {"now": now},
            ).fetchall()
        return [int(row[0]) for row in rows]

    def untold(self) -> list[Held]:
        """The requests of which nothing comes, and whose asker has not been told so."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT number FROM approvals WHERE told = 0 AND state IN ('denied', 'expired', 'cancelled')"
                " ORDER BY number"
            ).fetchall()
            found = [self._held(db, int(row[0])) for row in rows]
        return [each for each in found if each is not None]

    def tell(self, number: int) -> bool:
        """Note that the asker is told; False where that was noted before."""
        with self._writing() as db:
            done = db.execute("UPDATE approvals SET told = 1 WHERE number = ? AND told = 0", (number,))
            return done.rowcount == 1

    def mark(self, number: int, what: str, after: float) -> bool:
        """Note that people were reminded, or that it was escalated, so many seconds after it was asked or later.

        False where that was noted before.
        """
        column = {"reminded": "reminded", "escalated": "escalated"}[what]
        with self._writing() as db:
            done = db.execute(
                f"UPDATE approvals SET {column} = asked + :after, version = version + 1"  # noqa: S608 - one of two names
                f" WHERE number = :number AND ({column} IS NULL OR {column} < asked + :after) AND state = 'pending'",
                {"number": number, "after": after},
            )
            return done.rowcount == 1

    def _held(self, db: Database, number: int) -> Held | None:
        """The request of this number: while something may come of it, with what the record has of it alone."""
        held = held_of(db, number)
        return proven(held, self._proven(db, number)) if held is not None and held.state.is_open else held

    def _write(self, db: Database, number: int, vote: Vote, now: float) -> None:
        groups = json.dumps(sorted(vote.groups))
        row = (number, vote.person, vote.actor, vote.origin, groups, vote.verdict, vote.reason, now, vote.action)
        db.execute("INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self._append(db, number, "voted", {**_said(vote), "person": vote.person, "action": vote.action})
        db.execute("UPDATE approvals SET version = version + 1 WHERE number = ?", (number,))

    def _approve(self, db: Database, held: Held, now: float) -> bool:
        within = min(each.within for each in held.approvals())
        done = db.execute(
            "UPDATE approvals SET state = 'approved', begin_by = ?, version = version + 1"
            " WHERE number = ? AND state = 'pending'",
            (now + within, held.number),
        )
        return done.rowcount == 1

    def _settle(  # noqa: PLR0913, PLR0917 - the facts of an end
        self,
        db: Database,
        number: int,
        states: Iterable[State],
        end: State,
        by: str,
        why: str,
        objects: Sequence[Mapping[str, Any]] = (),
    ) -> bool:
        wanted = [str(each) for each in states]
        done = db.execute(
            "UPDATE approvals SET state = ?, settled_by = ?, why = ?, sealed = x'', version = version + 1"
            " WHERE number = ? AND state IN (SELECT value FROM json_each(?))",
            (end, by, why, number, json.dumps(wanted)),
        )
        if done.rowcount == 1:
            now = self._clock.now()
            ended = {"status": end, "error": why or str(end), "by": by, "objects": [*objects]}
            self._append(db, number, "outcome", ended, now)
            db.execute("DELETE FROM unsettled WHERE number = ?", (number,))
            db.execute(_ANSWER, (now, number))
        return done.rowcount == 1


_NEWEST = """
SELECT number FROM approvals
WHERE state IN (SELECT value FROM json_each(:states)) AND :host IN ('', host) AND asked >= :since
ORDER BY number DESC LIMIT :limit
"""
_ANSWER = """
INSERT OR REPLACE INTO answers (number, at, public)
SELECT number, ?, 0 FROM approvals WHERE number = ? AND channel <> '' AND origin NOT IN ('exec', 'console')
AND settled_by <> person  -- who ended it themselves is told so by the answer to that
"""


def hold(db: Database, asking: Asking, now: float, most: int) -> None:
    """Begin to wait, within the transaction that is open; raises TooMany where that many of the person do already."""
    ((waiting,),) = db.execute(
        "SELECT count(*) FROM approvals WHERE person = ? AND state = 'pending'", (asking.person,)
    ).fetchall()
    if waiting >= most:
        raise TooMany
    told = {name: getattr(asking, name) for name in COLUMNS}
    told |= {"plan": json.dumps(asking.plan), "bound": json.dumps(asking.bound)}
    told |= {"clauses": consent.written(asking.clauses), "asked": now}
    names = ", ".join(told)
    marks = ", ".join(f":{name}" for name in told)
    db.execute(f"INSERT INTO approvals ({names}) VALUES ({marks})", told)  # noqa: S608 - names of columns


def begin(db: Database, number: int, now: float) -> bool:
    """Take an approved request to be run, within the transaction that is open; False where it is nobody's to run."""
    done = db.execute(
        "UPDATE approvals SET state = 'running', sealed = x'', version = version + 1"
        " WHERE number = ? AND state = 'approved' AND begin_by > ?",
        (number, now),
    )
    return done.rowcount == 1


def end(db: Database, number: int, status: str, why: str) -> None:
    """Note how a request that was run ended, or what was found later, within the transaction that is open."""
    db.execute(
        "UPDATE approvals SET state = ?, why = ?, version = version + 1"
        " WHERE number = ? AND state IN ('running', 'unknown')",
        (status, why, number),
    )


def _said(vote: Vote) -> dict[str, Any]:
    return {"verdict": vote.verdict, "reason": vote.reason, "actor": vote.actor, "origin": vote.origin}
