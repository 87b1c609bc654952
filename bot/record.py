"""The record of every action: what came in, what was meant, what came of it, each written down in its time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from bot import approvals
from bot.actions import Actions
from bot.clock import Clock
from bot.database import Sqlite, Unwritable
from bot.held import Asking
from bot.journal import End, Journal
from bot.locks import Owner
from bot.request import Due, Request
from bot.spool import Spool
from commands.reply import Reply

UNWRITTEN = "This could not be written down first, so nothing was done"


@dataclass(frozen=True)
class Receipt:
    """The number of a request in the record; a duplicate has that of the first delivery."""

    number: int
    duplicate: bool = False
    first: int | None = None


@dataclass(frozen=True)
class Answer:
    """What an action is answered, masked; due is None where nobody waits for it in Slack."""

    reply: Reply
    due: Due | None = None


class Record:
    """Every method that writes raises Unwritable where it cannot.

    actions reads it back; owner is this process, spool keeps what is answered; now gives epoch seconds that only go on.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what it is put together of
        self, file: Sqlite, clock: Clock, journal: Journal, actions: Actions, owner: Owner, spool: Spool,
        now: Callable[[], float],
    ) -> None:  # fmt: skip
        self._file = file
        self._clock = clock
        self._journal = journal
        self._actions = actions
        self._owner = owner
        self._spool = spool
        self._now = now

    def receive(self, request: Request, line: str) -> Receipt:
        """Commit that the request came in; line has its secrets masked. A second delivery writes nothing."""
        with self._journal.writing() as db:
            first = _delivered(db, request.delivery)
            if first is not None:
                return Receipt(first, duplicate=True, first=first)
            number = 1 + int(db.execute("SELECT coalesce(max(number), 0) FROM events").fetchone()[0])
            body = {
                "actor": request.actor.id, "team": request.actor.team, "origin": request.origin,
                "channel": request.channel, "thread": request.thread, "host": request.host,
                "delivery": request.delivery, "line": line, "owner": self._owner.boot,
            }  # fmt: skip
            self._journal.append(db, number, "received", body)
            db.execute("INSERT INTO unsettled VALUES (?, ?)", (number, self._owner.boot))
        return Receipt(number)

    def delivered(self, delivery: str) -> int | None:
        """The number under which a delivery came in; None where none did, or it is in an archive."""
        with self._file.reading() as db:
            return _delivered(db, delivery)

    def refuse(  # noqa: PLR0913 - the facts of a refusal, each named by the caller
        self,
        number: int,
        *,
        status: str,
        reason: str,
        line: str,
        verb: str,
        person: str,
        host: str = "",
        targets: Sequence[Mapping[str, Any]] = (),
        objects: Sequence[Mapping[str, Any]] = (),
        answer: Answer | None = None,
    ) -> None:
        """Commit that the request ended before anything was done, and why; objects are what that names besides."""
        judged = {
            "verdict": status, "reason": reason, "line": line, "verb": verb, "person": person, "host": host,
            "targets": [dict(target) for target in targets],
        }  # fmt: skip
        ended = {"status": status, "error": reason, "objects": [*objects], **self._spooled(number, answer)}
        end = End(number, self._clock.now(), (("judged", judged), ("outcome", ended)), due=_due(answer))
        self._journal.end(end)

    def intend(  # noqa: PLR0913 - the facts of an intent, each named by the caller
        self,
        number: int,
        *,
        verb: str,
        line: str,
        person: str,
        permission: str,
        reason: str,
        host: str,
        targets: Sequence[Mapping[str, Any]],
        resumed: bool = False,
    ) -> bool:
        """Commit that it is allowed and about to be done, with room kept for the outcome; else that it failed.

        resumed: it waited for consent and was approved. False where it may not be done any more: somebody else took it,
        or its time is up.
        """
        judged = {
            "verdict": "allow", "reason": reason, "line": line, "verb": verb, "person": person,
            "permission": permission, "host": host,
        }  # fmt: skip
        try:
            self._file.hold_back()
            with self._journal.writing() as db:
                if resumed and not self._resume(db, number):
                    return False
                self._journal.append(db, number, "judged", judged)
                self._journal.append(db, number, "intended", {"targets": [dict(target) for target in targets]})
        except Unwritable as error:
            facts: dict[str, Any] = {"line": line, "verb": verb, "person": person, "host": host}
            if not resumed:  # what was approved stays so, and may be tried again
                self._unbegun(number, error, targets, facts)
            raise
        return True

    def adopt(self, number: int) -> None:
        """Commit that an action which another process left without an end is this one's now."""
        with self._journal.writing() as db:
            db.execute("UPDATE unsettled SET owner = ? WHERE number = ?", (self._owner.boot, number))

    def note(self, number: int, facts: Mapping[str, str]) -> None:
        """Commit what tells later how an action ended that is under way, such as the id of its process."""
        with self._journal.writing() as db:
            self._journal.append(db, number, "noted", facts)

    def hold(  # noqa: PLR0913 - as refuse
        self,
        asking: Asking,
        *,
        most: int,
        verb: str,
        permission: str,
        verdict: str,
        targets: Sequence[Mapping[str, Any]],
        objects: Sequence[Mapping[str, Any]] = (),
        answer: Answer | None = None,
    ) -> None:
        """Commit that it waits for other people's consent; verdict is why, objects are what that names besides.

        most is how many of a person may wait at once; raises TooMany.
        """
        judged = {
            "verdict": "hold", "reason": verdict, "line": asking.line, "verb": verb, "person": asking.person,
            "permission": permission, "host": asking.host, "targets": [dict(target) for target in targets],
        }  # fmt: skip
        ended = {"status": "held", "error": verdict, "objects": [*objects], **self._spooled(asking.number, answer)}
        events = (("judged", judged), ("outcome", ended))
        end = End(asking.number, self._clock.now(), events, due=_due(answer))
        try:
            with self._journal.writing() as db:
                approvals.hold(db, asking, end.at, most)
                self._journal.settle(db, end)
        except Unwritable as error:
            facts: dict[str, Any] = {"line": asking.line, "verb": verb, "person": asking.person, "host": asking.host}
            self._unbegun(asking.number, error, targets, facts)
            raise

    def outcome(  # noqa: PLR0913 - the facts of an outcome, each named by the caller
        self,
        number: int,
        *,
        status: str,
        error: str = "",
        duration_ms: int | None = None,
        exit_code: int | None = None,
        details: Mapping[str, Any] | None = None,
        made: Iterable[str] = (),
        objects: Sequence[Mapping[str, Any]] = (),
        answer: Answer | None = None,
    ) -> None:
        """Commit what came of it, and of what besides; on a full disk the room that was kept for it is used."""
        body = {
            "status": status, "error": error, "duration_ms": duration_ms, "exit_code": exit_code,
            "details": dict(details or {}), "objects": [*objects], **self._spooled(number, answer),
        }  # fmt: skip
        end = End(number, self._clock.now(), (("outcome", body),), tuple(made), _due(answer))
        self._journal.end_whatever_comes(end)

    def unfinished(self) -> list[dict[str, Any]]:
        """The actions without an outcome whose process is dead, oldest first; their events say whether they have one.

        Where nothing was intended, and they are not "running", nothing was done. What the dead knew of an end and could
        only keep in the emergency file is written first, and whatever else is owed; raises Unwritable.
        """
        if self._left():
            self._journal.recover()
        if self._journal.wrong:
            self._journal.catch_up()
        left = self._left()
        found = [self._actions.get(number) for number in left]
        self._owner.bury()
        return [action for action in found if action is not None and action["status"] in _OPEN]

    def kept(self, action: Mapping[str, Any]) -> Reply | None:
        """What was answered when an action ended last; None where nothing was, or it is not kept any more."""
        ends = [event for event in action["events"] if event["kind"] == "outcome"]
        told = ends[-1].get("answer") if ends else None
        return None if told is None else self._spool.get(action["number"], str(told["sha256"]))

    def _left(self) -> list[int]:
        """What the dead left unsettled, oldest first."""
        with self._file.reading() as db:
            rows = list(db.query("SELECT number, owner FROM unsettled ORDER BY number"))
        dead = (row for row in rows if not self._owner.lives(row["owner"]))
        return [row["number"] for row in dead if not self._journal.owes(row["number"])]

    def _spooled(self, number: int, answer: Answer | None) -> dict[str, Any]:
        """What the record keeps of an answer itself: its size and hash."""
        return {} if answer is None else {"answer": self._spool.keep(number, answer.reply)}

    def _unbegun(self, number: int, error: Unwritable, targets: Sequence[Mapping[str, Any]], facts: Any) -> None:
        """End what nothing was done of, for that could not be written down first; that end is owed."""
        with suppress(Unwritable):
            self.refuse(number, status="failed", reason=f"{UNWRITTEN}: {error}", targets=targets, **facts)

    def _resume(self, db: Database, number: int) -> bool:
        """Take an approved action up again."""
        if not approvals.begin(db, number, self._now()):
            return False
        db.execute("INSERT INTO unsettled VALUES (?, ?)", (number, self._owner.boot))
        return True


# However long ago: Slack gives an id once, and a clock that jumps makes no delivery new.
_DELIVERED = "SELECT min(number) FROM events WHERE kind = 'received' AND json_extract(body, '$.delivery') = ?"

_OPEN = ("received", "running")  # what the actions say of one whose events have no outcome


def _delivered(db: Database, delivery: str) -> int | None:
    """The number under which a delivery came in before."""
    first = db.execute(_DELIVERED, (delivery,)).fetchone()[0] if delivery else None
    return None if first is None else int(first)


def _due(answer: Answer | None) -> Due | None:
    return None if answer is None else answer.due
