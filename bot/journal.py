"""What is appended to the record: each event in its place in the chain, and every end sooner or later."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from bot import approvals, archive_file, chain, makers
from bot.chain import Link
from bot.clock import Clock
from bot.database import Sqlite, Unwritable
from bot.emergency import Emergency
from bot.ledger import Entry, entries
from bot.request import Due


@dataclass(frozen=True)
class End:
    """The last events of an action, each with its kind, when they came about, and the answer that Slack has to show."""

    number: int
    at: float
    events: tuple[tuple[str, Mapping[str, Any]], ...]
    made: tuple[str, ...] = ()
    due: Due | None = None

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> End:
        """One that was written as JSON."""
        events = tuple((str(kind), dict(body)) for kind, body in told["events"])
        due = told["due"] and Due(**told["due"])
        return cls(int(told["number"]), float(told["at"]), events, tuple(told["made"]), due)


class Journal:
    """The one way to write events; an end that cannot be written is owed, and goes before whatever is written next.

    Nothing new is received meanwhile, so that no more is owed than was under way.
    """

    def __init__(self, file: Sqlite, clock: Clock, key: bytes, emergency: Emergency) -> None:
        self._file = file
        self._clock = clock
        self._key = key
        self._emergency = emergency
        self._owed: dict[int, End] = {}  # by the number of the action, oldest first

    def recover(self) -> None:
        """Write what another process could only keep in the emergency file; raises Unwritable."""
        kept = list(self._emergency.kept())
        for number, end in {end.number: end for end in map(End.read, kept)}.items():
            self._owed.setdefault(number, end)
        if self._owed:
            self.catch_up()
        for told in kept:
            self._emergency.settled(told)
        if kept:
            self._emergency.clear()

    def catch_up(self) -> None:
        """Write what is owed; raises Unwritable."""
        with self.writing():
            pass

    @property
    def wrong(self) -> str | None:
        """What keeps anything new from being begun: ends that could not be written; None where there are none."""
        owed = len(self._owed)
        return f"what became of {owed} actions could not be written down yet" if owed else None

    def owes(self, number: int) -> bool:
        """Whether an end of this action is known and could not be written down yet."""
        return number in self._owed

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """One transaction, in which whatever is owed comes first; raises Unwritable."""
        owed = tuple(self._owed.values())
        with self._file.writing() as db:
            for end in owed:
                self.settle(db, end)
            yield db
        for end in owed:
            self._emergency.settled(asdict(end))
            if self._owed.get(end.number) is end:
                self._owed.pop(end.number)
        if owed:
            self._emergency.clear()

    def append(self, db: Database, number: int, kind: str, body: Mapping[str, Any], at: float | None = None) -> None:
        """Append an event within the transaction that is open."""
        last, prev = db.execute(_HEAD).fetchone() or (0, chain.START)
        link = Link(last + 1, number, kind, self._clock.now() if at is None else at, _json(body), prev)
        row = (link.id, link.number, link.kind, link.at, link.body, link.prev, link.hash(self._key))
        db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def proven(self, db: Database, number: int, kind: str = "") -> list[Entry]:
        """The events of an action that were written with the key, oldest first; of one kind where given."""
        links = archive_file.of_action(db, number)
        return entries((each for each in links if kind in {"", each[0].kind}), self._key)

    def end(self, end: End) -> None:
        """Write an end down; it is owed where that cannot be done, and Unwritable raised."""
        self._owed.pop(end.number, None)
        try:
            with self.writing() as db:
                self.settle(db, end)
        except Unwritable:
            self._owed[end.number] = end
            raise

    def end_whatever_comes(self, end: End) -> None:
        """The same for what was done: in the room that is held back, else in the emergency file."""
        with suppress(Unwritable):
            self.end(end)
            return
        try:
            with self._file.writing(at_last=True) as db:  # by itself: the room is for this one
                self.settle(db, end)
        except Unwritable:
            self._emergency.keep(asdict(end))
            raise

    def settle(self, db: Database, end: End) -> None:
        """Append an end within the transaction that is open, once: two threads may both hold one that is owed."""
        if db.execute(_WRITTEN, (end.number, end.at, _json(end.events[-1][1]))).fetchone():
            return
        for kind, body in end.events:
            self.append(db, end.number, kind, body, end.at)
        makers.note(db, end.number, end.made)
        last = end.events[-1][1]
        approvals.end(db, end.number, str(last["status"]), _written(str(last["error"])))
        db.execute("DELETE FROM unsettled WHERE number = ?", (end.number,))
        if end.due is not None:
            db.execute(_ANSWER, (end.due.number, end.due.at, end.due.public))


_HEAD = "SELECT id, hash FROM events ORDER BY id DESC LIMIT 1"
_WRITTEN = "SELECT 1 FROM events WHERE number = ? AND kind = 'outcome' AND at = ? AND body = ?"
# What was shown before it could be written down stays so.
_ANSWER = """
INSERT INTO answers (number, at, public) VALUES (?, ?, ?) ON CONFLICT (number) DO UPDATE
SET at = excluded.at, public = excluded.public, state = 'due' WHERE at <> excluded.at
"""


def _json(body: Mapping[str, Any]) -> str:
    """Canonical JSON without what is empty; a lone surrogate becomes a question mark, as SQLite takes none."""
    told = {key: value for key, value in body.items() if value not in ("", None, {}, [])}
    return _written(json.dumps(told, ensure_ascii=False, sort_keys=True))


def _written(text: str) -> str:
    """The text as SQLite takes it: no lone surrogates."""
    return text.encode(errors="replace").decode()
