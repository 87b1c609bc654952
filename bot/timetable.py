"""What people had written down to be run by the clock: each line with who wants it, when, where, and how it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Protocol

from sqlite_utils import Database

from bot import dues
from bot.dues import Due
from bot.ledger import Entry as Noted
from bot.ledger import Ledger
from bot.posts import Session
from bot.seal import Broken, Seal

DIGITS = 18  # of a number that SQLite can hold
DISCARDED = "removed, as something else had altered it"
PURPOSE = b"slashdock: lines that the clock runs, 1"  # what the seal of the lines is made for


class Archived(Protocol):
    """What was moved out of the record."""

    def reach(self) -> int:
        """The id of the last event that was moved, 0 where none was: while it is the same, so is all that was."""

    def proven(self, number: int) -> Sequence[Noted]:
        """The events of an action that were written with the key, oldest first, as far as an archive here has them."""


class State(StrEnum):
    """Where an entry stands; nothing comes after ended."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Late(StrEnum):
    """What becomes of a run that comes late: it is run, it is not, or it is while it is nearer to its time than not."""

    SOON = ""
    RUN = "run"
    SKIP = "skip"


@dataclass(frozen=True)
class Entry:
    """A line on the timetable, by the number of the action that added it; name is what else its person calls it.

    line has its secrets masked. quiet is 1 where it is run in quiet hours, too, else 0. since is from when on it is
    due, by the clock that its due goes by; changed is when it became what it is now, by whom and why, in seconds since
    the epoch. standing is what people agreed to once for all of its runs, as bot/advance.py has it; empty: nothing.
    sealed is the line as it is, with a key that is not in the database; empty once it has ended.
    """

    number: int
    name: str
    actor: str
    team: str
    person: str
    channel: str
    thread: str
    host: str
    kind: str
    expression: str
    zone: str
    line: str
    late: str
    quiet: int
    since: float
    state: str
    changed: float
    by: str = ""
    why: str = ""
    standing: str = ""
    sealed: bytes = field(default=b"", repr=False)

    @property
    def due(self) -> Due:
        """When it is due."""
        return dues.read(self.kind, self.expression, self.zone)

    @property
    def title(self) -> str:
        """What it is called: its number, and its name where it has one."""
        return f"{self.number} ({self.name})" if self.name else str(self.number)


class Altered(Exception):  # noqa: N818 - the state of the database, told to a person
    """A row is not what slashdock wrote: nothing of it is run."""


class Timetable:
    """The entries, in the database; what writes raises Unwritable where it cannot.

    The line is sealed, and each row marked with the same key: who can write to the file alone makes nothing run, and
    nothing that was paused go on, for what changes is told by the record, too. now gives epoch seconds.
    """

    def __init__(
        self, reading: Session, ledger: Ledger, now: Callable[[], float], key: bytes, archived: Archived
    ) -> None:
        self._reading = reading
        self._ledger = ledger
        self._now = now
        self._seal = Seal(key, PURPOSE)
        self._archive = archived
        self._old: dict[tuple[int, int], Mapping[str, Any]] = {}

    def add(self, entry: Entry, line: str) -> None:
        """Write an entry down, with its line as it is."""
        with self._ledger.writing() as db:
            entry = replace(entry, sealed=self._seal.close(line, _about(entry)))
            db.execute(_ADD, (*astuple(entry), self._mark(entry)))
            body = {
                "schedule": entry.title,
                "due": f"{entry.kind} {entry.expression} {entry.zone}",
                "state": entry.state,
                "mark": self._mark(entry),
            }
            self._ledger.append(db, entry.number, "noted", body | ({"standing": "agreed"} if entry.standing else {}))

    def get(self, number: int) -> Entry | None:
        """The entry of this number; None where there is none. Raises Altered."""
        with self._reading() as db:
            return self._entry(db, number)

    def called(self, word: str) -> list[Entry]:
        """Those that people call so, by a number or a name, oldest first; an ended one by its number alone.

        Raises Altered where none of them is as slashdock wrote it.
        """
        with self._reading() as db:
            is_number = word.isascii() and word.isdigit() and len(word) <= DIGITS
            rows = db.execute(_CALLED, (word, int(word) if is_number else 0)).fetchall()
            found = [entry for row in rows if self._is_ours(db, entry := Entry(*row[:-1]), row[-1])]
            if rows and not found:
                raise Altered(rows[0][0])
            return found

    def entries(self, states: Iterable[State] = tuple(State)) -> list[Entry]:
        """Those in these states that are as slashdock wrote them, oldest first."""
        return self._read(frozenset(states))

    def altered(self) -> list[int]:
        """The numbers of those that are not."""
        with self._reading() as db:
            numbers = [row[0] for row in db.execute("SELECT number FROM timetable").fetchall()]
        return sorted({*numbers}.difference(each.number for each in self.entries()))

    def count(self, person: str) -> int:
        """How many a person has that have not ended."""
        with self._reading() as db:
            found = db.execute("SELECT count(*) FROM timetable WHERE person = ? AND state <> 'ended'", (person,))
            return int(found.fetchone()[0])

    def line(self, entry: Entry) -> str:
        """Its line as it is; raises Altered."""
        try:
            return self._seal.open(entry.sealed, _about(entry))
        except (Broken, ValueError):  # the latter where it is too short to be anything
            raise Altered(entry.number) from None

    def kept(self, word: str) -> list[tuple[Entry, str]]:
        """Those that people call so and that have a line, each with it as it is."""
        try:
            return [(each, self.line(each)) for each in self.called(word) if each.state != State.ENDED]
        except Altered:
            return []

    def change(self, number: int, state: State, by: str, why: str, action: int, since: float | None = None) -> bool:  # noqa: PLR0913, PLR0917 - the facts of a change
        """Commit that it is in another state now; action is what did that. False where it is so already, or ended.

        since is from when on it is due again, where it is. What was agreed to for all its runs is so no more, and what
        has ended keeps its line no more.
        """
        with self._ledger.writing() as db:
            entry = self._entry(db, number)
            if entry is None or entry.state in {state, State.ENDED}:
                return False
            since = entry.since if since is None else since
            sealed = b"" if state is State.ENDED else entry.sealed
            after = replace(entry, state=state, by=by, why=why, changed=self._now(), since=since)
            after = replace(after, standing="", sealed=sealed)
            mark = self._write(db, after)
            body = {"schedule": entry.title, "state": state, "by": by, "why": why, "as number": action, "mark": mark}
            self._ledger.append(db, number, "noted", body)
            return True

    def revoke(self, number: int, by: str, action: int) -> bool:
        """Commit that nothing is agreed to any more for all its runs; False where nothing was."""
        with self._ledger.writing() as db:
            entry = self._entry(db, number)
            if entry is None or not entry.standing:
                return False
            mark = self._write(db, replace(entry, standing=""))
            body = {"schedule": entry.title, "state": entry.state, "standing": "revoked", "by": by, "as number": action}
            self._ledger.append(db, number, "noted", body | {"mark": mark})
            return True

    def discard(self, number: int, by: str, action: int) -> bool:
        """Commit that one which is not as slashdock wrote it is gone, whatever stood there before; False for others."""
        with self._ledger.writing() as db:
            row = db.execute(_ONE, (number,)).fetchone()
            if row is None or self._is_ours(db, Entry(*row[:-1]), row[-1]):
                return False
            db.execute("DELETE FROM timetable WHERE number = ?", (number,))
            body = {"schedule": str(number), "state": State.ENDED, "by": by, "why": DISCARDED, "as number": action}
            self._ledger.append(db, min(number, action), "noted", body)  # one to come is nobody's yet
            return True

    def _write(self, db: Database, entry: Entry) -> str:
        """Write a row anew; its mark."""
        db.execute(_CHANGE, (*astuple(entry), mark := self._mark(entry), entry.number))
        return mark

    def _read(self, states: Container[str]) -> list[Entry]:
        with self._reading() as db:
            found = [(Entry(*row[:-1]), row[-1]) for row in db.execute(_ALL).fetchall()]
            return [entry for entry, mark in found if entry.state in states and self._is_ours(db, entry, mark)]

    def _is_ours(self, db: Database, entry: Entry, mark: str) -> bool:
        """Whether it is as slashdock wrote it last, and not an older row that somebody put back."""
        if self._mark(entry) != mark:
            return False
        told = _noted(self._ledger.proven(db, entry.number, "noted")) or self._archived(entry.number)
        return told is None or told.get("mark") == mark

    def _archived(self, number: int) -> Mapping[str, Any] | None:
        """What an archive has noted last; None where none that is here has anything."""
        known = number, self._archive.reach()
        if known not in self._old and (found := _noted(self._archive.proven(number))) is not None:
            self._old[known] = found
        return self._old.get(known)

    def _entry(self, db: Database, number: int) -> Entry | None:
        row = db.execute(_ONE, (number,)).fetchone()
        if row is None:
            return None
        entry = Entry(*row[:-1])
        if not self._is_ours(db, entry, row[-1]):
            raise Altered(number)
        return entry

    def _mark(self, entry: Entry) -> str:
        return self._seal.fingerprint(json.dumps({name: getattr(entry, name) for name in _NAMES}, default=repr))


def _noted(events: Iterable[Noted]) -> Mapping[str, Any] | None:
    """What was said of an entry last."""
    told = [each.body for each in events if "schedule" in each.body]
    return told[-1] if told else None


_NAMES = tuple(each.name for each in fields(Entry))
_COLUMNS = ", ".join(_NAMES)
_PLACES = ", ".join("?" * len(_NAMES))
_ALL = f"SELECT {_COLUMNS}, mark FROM timetable ORDER BY number"  # noqa: S608 - the words are our own, as below
_ONE = f"SELECT {_COLUMNS}, mark FROM timetable WHERE number = ?"  # noqa: S608
_ADD = f"INSERT INTO timetable ({_COLUMNS}, mark) VALUES ({_PLACES}, ?)"  # noqa: S608
_CHANGE = f"UPDATE timetable SET ({_COLUMNS}, mark) = ({_PLACES}, ?) WHERE number = ?"  # noqa: S608
_CALLED = f"""
SELECT {_COLUMNS}, mark FROM timetable
WHERE (name = ? AND name <> '' AND state <> 'ended') OR number = ? ORDER BY number
"""  # noqa: S608


def _about(entry: Entry) -> str:
    """What a line is sealed with: whoever can write the database alone can give it no other person, place or time."""
    return json.dumps([getattr(entry, name) for name in _BOUND])


_BOUND = ("number", "actor", "team", "channel", "host", "kind", "expression", "zone")
