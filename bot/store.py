"""The record of every action, and beside it the little that the bot must not forget: one file for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot import approvals, migrations
from bot.actions import Actions
from bot.approvals import Approvals
from bot.archive import Archive
from bot.buttons import Buttons
from bot.clock import Clock
from bot.database import Sqlite, Unwritable
from bot.doubts import Doubts
from bot.emergency import Emergency
from bot.grants import Grants
from bot.heads import Heads
from bot.held import Asking
from bot.images import Images
from bot.journal import End, Journal
from bot.locks import AlreadyRunning, Instance, Owner
from bot.makers import Makers
from bot.request import Due, Request
from bot.runs import Runs
from bot.seal import Seal
from bot.spool import SPOOL, Spool
from bot.tide import Tide
from bot.undelivered import Undelivered
from bot.vault import Vault
from commands.credentials import Credential
from commands.reply import Reply

__all__ = ["AlreadyRunning", "Answer", "Instance", "Receipt", "Store", "Unwritable"]

FILE = "slashdock.db"
HELD = b"slashdock: lines that wait for consent, 1"  # what the seal of what is kept for later is made for
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


class Store:
    """The database in the data folder; every method that writes raises Unwritable where it cannot.

    actions reads the record back, archive takes what is old out of it, heads of it are published; spool is what was
    answered, undelivered what of that Slack has still to take; buttons, images, runs and makers are what is remembered
    beside it, vault the registries' logins.

    key is what the chain of hashes is made with, so that it takes more than the data folder to make another one; what
    the vault holds is sealed with another one, made of it. logins are those that the settings name, kept
    says for how many seconds answers are kept, which the policy knows: for ever where nobody has read that.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        key: bytes,
        logins: Iterable[Credential] = (),
        kept: Callable[[], float] = lambda: inf,
    ) -> None:
        self._clock = clock
        self._key = key
        self._file = Sqlite(folder / FILE)
        self.journal = Journal(self._file, clock, key, Emergency(folder, key))
        self.actions = Actions(self._file.reading, key)
        self.heads = Heads(self._file, clock)
        self.archive = Archive(folder, self._file, key, clock)
        self.buttons = Buttons(self._file, clock)
        self.images = Images(self._file, clock)
        self.runs = Runs(self._file, clock)
        self.makers = Makers(self._file)
        self.doubts = Doubts(self._file)
        self.tide = Tide(self._file, clock)
        self.approvals = Approvals(self._file.reading, clock, self.journal, self.tide.now)
        self.grants = Grants(self._file.reading, self.tide.now, self.journal)
        self.seal = Seal(key, HELD)
        self.undelivered = Undelivered(self._file)
        self.vault = Vault(self._file, clock, key, logins)
        try:
            self._migrate()
            self._owner = Owner(folder / "owners")
            self.spool = Spool(folder / SPOOL, kept)
            self.journal.recover()
            self.undelivered.open()
        except OSError as error:
            self._file.close()
            raise Unwritable(f"{folder} cannot be written: {error.strerror}.") from error
        except Unwritable:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file, with what is owed if it can be written; what was begun and not ended counts as abandoned."""
        with suppress(Unwritable):
            if self.journal.wrong:
                self.journal.catch_up()
            self.tide.keep()
        self._owner.close()
        self._file.close()

    # The record -------------------------------------------------------------------------------------------------

    def receive(self, request: Request, line: str) -> Receipt:
        """Commit that the request came in; line has its secrets masked. A second delivery writes nothing."""
        with self.journal.writing() as db:
            first = _delivered(db, request.delivery)
            if first is not None:
                return Receipt(first, duplicate=True, first=first)
            number = 1 + int(db.execute("SELECT coalesce(max(number), 0) FROM events").fetchone()[0])
            body = {
                "actor": request.actor.id, "team": request.actor.team, "origin": request.origin,
                "channel": request.channel, "thread": request.thread, "host": request.host,
                "delivery": request.delivery, "line": line, "owner": self._owner.boot,
            }  # fmt: skip
            self.journal.append(db, number, "received", body)
            db.execute("INSERT INTO unsettled VALUES (?, ?)", (number, self._owner.boot))
        return Receipt(number)

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
        self.journal.end(end)

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
            with self.journal.writing() as db:
                if resumed and not self._resume(db, number):
                    return False
                self.journal.append(db, number, "judged", judged)
                self.journal.append(db, number, "intended", {"targets": [dict(target) for target in targets]})
        except Unwritable as error:
            facts: dict[str, Any] = {"line": line, "verb": verb, "person": person, "host": host}
            if not resumed:  # what was approved stays so, and may be tried again
                self._unbegun(number, error, targets, facts)
            raise
        return True

    def note(self, number: int, facts: Mapping[str, str]) -> None:
        """Commit what tells later how an action ended that is under way, such as the id of its process."""
        with self.journal.writing() as db:
            self.journal.append(db, number, "noted", facts)

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
            with self.journal.writing() as db:
                approvals.hold(db, asking, end.at, most)
                self.journal.settle(db, end)
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
        self.journal.end_whatever_comes(end)

    def unwritable(self) -> str | None:
        """What keeps anything from being written down now; None where nothing does."""
        try:
            self._file.hold_back()
            with self._file.writing() as db:
                db.execute("UPDATE tide SET mark = mark")
        except Unwritable as error:
            return str(error)
        return None

    def unfinished(self) -> list[dict[str, Any]]:
        """The actions without an outcome whose process is dead, oldest first; their events say whether they have one.

        Where nothing was intended, and they are not "running", nothing was done. What the dead knew of an end and could
        only keep in the emergency file is written first, and whatever else is owed; raises Unwritable.
        """
        if self._left():
            self.journal.recover()
        if self.journal.wrong:
            self.journal.catch_up()
        left = self._left()
        found = [self.actions.get(number) for number in left]
        self._owner.bury()
        return [action for action in found if action is not None and action["status"] in _OPEN]

    # How --------------------------------------------------------------------------------------------------------

    def _left(self) -> list[int]:
        """What the dead left unsettled, oldest first."""
        with self._file.reading() as db:
            rows = list(db.query("SELECT number, owner FROM unsettled ORDER BY number"))
        dead = (row for row in rows if not self._owner.lives(row["owner"]))
        return [row["number"] for row in dead if not self.journal.owes(row["number"])]

    def _migrate(self) -> None:
        with self._file.writing() as db:
            if migrations.version(db) > len(migrations.MIGRATIONS):
                raise Unwritable(f"{FILE} was written by a newer slashdock. Install that one, or use another folder.")
            wrong = migrations.migrate(db)
            if wrong:
                raise Unwritable(
                    f"{FILE} was altered by something else: {wrong}, so what it shows may not be what was done. Put"
                    " the file of before in its place, or a backup (slashdock restore FILE)."
                )

    def kept(self, action: Mapping[str, Any]) -> Reply | None:
        """What was answered when an action ended last; None where nothing was, or it is not kept any more."""
        ends = [event for event in action["events"] if event["kind"] == "outcome"]
        told = ends[-1].get("answer") if ends else None
        return None if told is None else self.spool.get(action["number"], str(told["sha256"]))

    def _spooled(self, number: int, answer: Answer | None) -> dict[str, Any]:
        """What the record keeps of an answer itself: its size and hash."""
        return {} if answer is None else {"answer": self.spool.keep(number, answer.reply)}

    def _unbegun(self, number: int, error: Unwritable, targets: Sequence[Mapping[str, Any]], facts: Any) -> None:
        """End what nothing was done of, for that could not be written down first; that end is owed."""
        with suppress(Unwritable):
            self.refuse(number, status="failed", reason=f"{UNWRITTEN}: {error}", targets=targets, **facts)

    def _resume(self, db: Database, number: int) -> bool:
        """Take an approved action up again."""
        if not approvals.begin(db, number, self.tide.now()):
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
