"""The record of every action, and beside it the little that the bot must not forget: one file for all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot import approvals, chain, makers, migrations
from bot.actions import Actions
from bot.approvals import Approvals, Asking
from bot.buttons import Buttons
from bot.chain import Link
from bot.clock import Clock
from bot.database import Sqlite, Unwritable
from bot.grants import Grants
from bot.images import Images
from bot.locks import AlreadyRunning, Instance, Owner
from bot.makers import Makers
from bot.request import Request
from bot.runs import Runs
from bot.seal import Seal
from bot.vault import Vault
from commands.credentials import Credential

__all__ = ["AlreadyRunning", "Instance", "Receipt", "Store", "Unfinished", "Unwritable"]

FILE = "slashdock.db"
HELD = b"slashdock: lines that wait for consent, 1"  # what the seal of what is kept for later is made for
OWED = 256  # ends that are kept until they can be written, about 1 kB each; of more the next start learns
UNWRITTEN = "This could not be written down first, so nothing was done"
REDELIVERY = 86_400  # seconds in which the same delivery is known again; Slack tries again for minutes


@dataclass(frozen=True)
class Receipt:
    """The number of a request in the record; a duplicate has that of the first delivery."""

    number: int
    duplicate: bool = False
    first: int | None = None


@dataclass(frozen=True)
class Unfinished:
    """An action whose process died before its end; where nothing was intended, nothing was done."""

    number: int
    line: str
    host: str
    person: str
    verb: str
    targets: tuple[Mapping[str, str], ...]
    intended: bool


@dataclass(frozen=True)
class _End:
    """The last events of an action, each with its kind, and when they came about."""

    number: int
    at: float
    events: tuple[tuple[str, Mapping[str, Any]], ...]
    made: tuple[str, ...] = ()


class Store:
    """The database in the data folder; every method that writes raises Unwritable where it cannot.

    actions reads the record back; buttons, images, runs and makers are what is remembered beside it, vault the logins
    at registries.

    An end that cannot be written is owed: it goes before whatever is written next.

    key is what the chain of hashes is made with, so that it takes more than the data folder to make another one; what
    the vault holds is sealed with another one, made of it. logins are those that the settings name.
    """

    def __init__(self, folder: Path, clock: Clock, key: bytes, logins: Iterable[Credential] = ()) -> None:
        self._clock = clock
        self._key = key
        self._owed: dict[int, _End] = {}  # by the number of the action, oldest first
        self._file = Sqlite(folder / FILE)
        self.actions = Actions(self._file.reading, key)
        self.buttons = Buttons(self._file, clock)
        self.images = Images(self._file, clock)
        self.runs = Runs(self._file, clock)
        self.makers = Makers(self._file)
        self.approvals = Approvals(self._file.reading, self._writing, clock, self._note_end)
        self.grants = Grants(self._file, self.approvals.now)
        self.seal = Seal(key, HELD)
        self.vault = Vault(self._file, clock, key, logins)
        try:
            self._migrate()
            self._owner = Owner(folder / "owners")
        except OSError as error:
            self._file.close()
            raise Unwritable(f"{folder} cannot be written: {error.strerror}.") from error
        except Unwritable:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file, with what is owed if it can be written; what was begun and not ended counts as abandoned."""
        if self._owed:
            with suppress(Unwritable), self._writing():
                pass
        self._owner.close()
        self._file.close()

    # The record -------------------------------------------------------------------------------------------------

    def receive(self, request: Request, line: str) -> Receipt:
        """Commit that the request came in; line has its secrets masked. A second delivery writes nothing."""
        with self._writing() as db:
            first = self._delivered(db, request.delivery)
            if first is not None:
                return Receipt(first, duplicate=True, first=first)
            number = 1 + int(db.execute("SELECT coalesce(max(number), 0) FROM events").fetchone()[0])
            body = {
                "actor": request.actor.id, "team": request.actor.team, "origin": request.origin,
                "channel": request.channel, "thread": request.thread, "host": request.host,
                "delivery": request.delivery, "line": line, "owner": self._owner.boot,
            }  # fmt: skip
            self._append(db, number, "received", body, self._clock.now())
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
    ) -> None:
        """Commit that the request ended before anything was done, and why."""
        judged = {
            "verdict": status, "reason": reason, "line": line, "verb": verb, "person": person, "host": host,
            "targets": [dict(target) for target in targets],
        }  # fmt: skip
        ended = {"status": status, "error": reason}
        self._end(_End(number, self._clock.now(), (("judged", judged), ("outcome", ended))))

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
            with self._writing() as db:
                if resumed and not self._resume(db, number):
                    return False
                self._append(db, number, "judged", judged, self._clock.now())
                intended = {"targets": [dict(target) for target in targets]}
                self._append(db, number, "intended", intended, self._clock.now())
        except Unwritable as error:
            facts = {"line": line, "verb": verb, "person": person, "host": host}
            if not resumed:  # what was approved stays so, and may be tried again
                with suppress(Unwritable):
                    self.refuse(number, status="failed", reason=f"{UNWRITTEN}: {error}", targets=targets, **facts)
            raise
        return True

    def hold(
        self, asking: Asking, *, verb: str, permission: str, verdict: str, targets: Sequence[Mapping[str, Any]]
    ) -> None:
        """Commit that it waits for other people's consent; verdict is why."""
        judged = {
            "verdict": "hold", "reason": verdict, "line": asking.line, "verb": verb, "person": asking.person,
            "permission": permission, "host": asking.host, "targets": [dict(target) for target in targets],
        }  # fmt: skip
        now = self._clock.now()
        with self._writing() as db:
            approvals.hold(db, asking, now)
            self._append(db, asking.number, "judged", judged, now)
            self._note_end(db, asking.number, "held", verdict)

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
    ) -> None:
        """Commit what came of it; on a full disk the room that was kept for it is used."""
        body = {
            "status": status, "error": error, "duration_ms": duration_ms, "exit_code": exit_code,
            "details": dict(details or {}),
        }  # fmt: skip
        end = _End(number, self._clock.now(), (("outcome", body),), tuple(made))
        try:
            self._end(end)
        except Unwritable:
            self._file.let_go()
            with self._file.writing() as db:  # by itself: the room is for this one
                self._settle(db, end)

    def unfinished(self) -> list[Unfinished]:
        """The actions without an outcome whose process is dead, oldest first."""
        with self._file.reading() as db:
            rows = list(db.query("SELECT number, owner FROM unsettled ORDER BY number"))
        found = [self.actions.get(row["number"]) for row in rows if not self._owner.lives(row["owner"])]
        self._owner.bury()
        return [_unfinished(action) for action in found if action is not None]

    # How --------------------------------------------------------------------------------------------------------

    def _migrate(self) -> None:
        with self._file.writing() as db:
            if migrations.version(db) > len(migrations.MIGRATIONS):
                raise Unwritable(f"{FILE} was written by a newer slashdock. Install that one, or use another folder.")
            migrations.migrate(db)

    def _delivered(self, db: Database, delivery: str) -> int | None:
        if not delivery:
            return None
        row = db.execute(_DELIVERED, (delivery, self._clock.now() - REDELIVERY)).fetchone()
        return None if row is None else int(row[0])

    def _append(self, db: Database, number: int, kind: str, body: Mapping[str, Any], at: float) -> None:
        last, prev = db.execute(_HEAD).fetchone() or (0, chain.START)
        link = Link(last + 1, number, kind, at, _json(body), prev)
        row = (link.id, link.number, link.kind, link.at, link.body, link.prev, link.hash(self._key))
        db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    @contextmanager
    def _writing(self) -> Iterator[Database]:
        """One transaction, in which whatever is owed comes first."""
        owed = tuple(self._owed.values())
        with self._file.writing() as db:
            for end in owed:
                self._settle(db, end)
            yield db
        for end in owed:
            self._owed.pop(end.number, None)

    def _end(self, end: _End) -> None:
        """Write an end down; it is owed where that cannot be done."""
        self._owed.pop(end.number, None)
        try:
            with self._writing() as db:
                self._settle(db, end)
        except Unwritable:
            if len(self._owed) < OWED:
                self._owed[end.number] = end
            raise

    def _note_end(self, db: Database, number: int, status: str, reason: str) -> None:
        """Append the end of an action within the transaction that is open."""
        self._append(db, number, "outcome", {"status": status, "error": reason}, self._clock.now())
        db.execute("DELETE FROM unsettled WHERE number = ?", (number,))

    def _resume(self, db: Database, number: int) -> bool:
        """Take an approved action up again."""
        if not approvals.begin(db, number, self.approvals.now()):
            return False
        db.execute("INSERT INTO unsettled VALUES (?, ?)", (number, self._owner.boot))
        return True

    def _settle(self, db: Database, end: _End) -> None:
        """Append an end, once: two threads may both hold the same one that is owed."""
        if db.execute(_WRITTEN, (end.number, end.at, _json(end.events[-1][1]))).fetchone():
            return
        for kind, body in end.events:
            self._append(db, end.number, kind, body, end.at)
        makers.note(db, end.number, end.made)
        last = end.events[-1][1]
        approvals.end(db, end.number, str(last["status"]), _written(str(last["error"])))
        db.execute("DELETE FROM unsettled WHERE number = ?", (end.number,))


_HEAD = "SELECT id, hash FROM events ORDER BY id DESC LIMIT 1"
_WRITTEN = "SELECT 1 FROM events WHERE number = ? AND kind = 'outcome' AND at = ? AND body = ?"
_DELIVERED = """
SELECT min(number) FROM events
WHERE kind = 'received' AND json_extract(body, '$.delivery') = ? AND at > ? HAVING count(*) > 0
"""


def _json(body: Mapping[str, Any]) -> str:
    """Canonical JSON without what is empty; a lone surrogate becomes a question mark, as SQLite takes none."""
    told = {key: value for key, value in body.items() if value not in ("", None, {}, [])}
    return _written(json.dumps(told, ensure_ascii=False, sort_keys=True))


def _written(text: str) -> str:
    """The text as SQLite takes it: no lone surrogates."""
    return text.encode(errors="replace").decode()


def _unfinished(action: Mapping[str, Any]) -> Unfinished:
    told = {key: action[key] for key in ("number", "line", "host", "person", "verb")}
    return Unfinished(**told, targets=tuple(action["targets"]), intended=action["status"] == "running")
