"""Answers that Slack has still to take: noted with the end of the action, and struck out once they are shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from bot.database import Sqlite, Unwritable
from bot.request import Due

RETRY = 2.0  # seconds until what could not be written is tried again

log = logging.getLogger(__name__)


class Shown(StrEnum):
    """What became of an answer; again: after a crash Slack was asked once more to show it, and is not a third time."""

    DUE = "due"
    AGAIN = "again"
    SHOWN = "shown"
    UNSURE = "unsure"
    LOST = "lost"


class Undelivered:
    """The answers, in the database. What became of them is written by a thread of its own: many in one commit."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file
        self._earlier: frozenset[Due] = frozenset()
        self._marks: dict[Due, Shown] = {}  # what is to be written; an action may have had two answers
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._work, name="undelivered", daemon=True)

    def open(self) -> None:
        """Take what is due now for an earlier process's, which may have shown it."""
        self._earlier = frozenset(self.due())

    def is_old(self, due: Due) -> bool:
        """Whether an earlier process had it, whatever the clock said then."""
        return due in self._earlier

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """Write what is left, and end."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def mark(self, due: Due, shown: Shown) -> None:
        """Have what became of an answer written soon."""
        with self._changed:
            self._marks[due] = shown
            self._changed.notify()

    def due(self) -> list[Due]:
        """What waits, oldest first."""
        with self._changed:
            known = frozenset(self._marks)
        with self._file.reading() as db:
            rows = db.execute(f"{_DUE} ORDER BY number").fetchall()
        return [due for number, at, public in rows if (due := Due(number, at, bool(public))) not in known]

    def of(self, number: int) -> Due | None:
        """The answer of one action; None where nothing waits."""
        with self._changed:
            known = frozenset(self._marks)
        with self._file.reading() as db:
            row = db.execute(f"{_DUE} AND number = ?", (number,)).fetchone()
        due = None if row is None else Due(row[0], row[1], bool(row[2]))
        return None if due in known else due

    def again(self, due: Due) -> bool:
        """Note that Slack is asked once more to show it: False where it was, or it is not due; raises Unwritable."""
        return self._passed(due, Shown.DUE, Shown.AGAIN)

    def not_yet(self, due: Due) -> bool:
        """Note that Slack did not take it this time: False where it was not asked; raises Unwritable."""
        return self._passed(due, Shown.AGAIN, Shown.DUE)

    def _passed(self, due: Due, before: Shown, after: Shown) -> bool:
        with self._file.writing() as db:
            done = db.execute(
                "UPDATE answers SET state = ? WHERE (number, at, state) = (?, ?, ?)",
                (after, due.number, due.at, before),
            )
            return done.rowcount == 1

    def lost(self, since: float) -> list[int]:
        """The actions that ended since then, in epoch seconds, and whose answers Slack did not take."""
        with self._file.reading() as db:
            rows = db.execute("SELECT number FROM answers WHERE state = 'lost' AND at >= ?", (since,)).fetchall()
        return [int(row[0]) for row in rows]

    def state(self, number: int) -> str:
        """What became of the answer of an action; empty where Slack had none to show."""
        with self._file.reading() as db:
            row = db.execute("SELECT state FROM answers WHERE number = ?", (number,)).fetchone()
        return "" if row is None else str(row[0])

    def was_public(self, number: int) -> bool:
        """Whether the answer of this action was for everybody in its channel."""
        with self._file.reading() as db:
            row = db.execute("SELECT public FROM answers WHERE number = ?", (number,)).fetchone()
        return row is not None and bool(row[0])

    def _work(self) -> None:
        while marks := self._next():
            try:
                with self._file.writing(flushed=False) as db:  # a power cut may have it shown twice, a kill does not
                    for due, shown in marks.items():
                        db.execute(_MARK, (due.number, due.at, due.public, shown))
            except Unwritable as error:
                log.warning("that %s answers were shown was not written down yet: %s", len(marks), error)
                if self._waited():
                    return
            else:
                self._written(marks)

    def _next(self) -> Mapping[Due, Shown]:
        """What is to be written; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._marks or self._ended)
            return dict(self._marks)

    def _written(self, marks: Mapping[Due, Shown]) -> None:
        with self._changed:
            self._marks = {due: shown for due, shown in self._marks.items() if marks.get(due) != shown}

    def _waited(self) -> bool:
        """Wait before it is tried again; whether that is the end: they are shown once more then."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ended, RETRY)


@dataclass
class Tracked:
    """An answer on its way to Slack; is_old says that an earlier process may have shown it."""

    answers: Undelivered
    due: Due
    is_old: bool
    _begun: bool = field(default=False, init=False)

    def begins(self) -> bool:
        """Whether Slack may be asked, by as many ways as it takes.

        For what is old that is written down first, so that it is once in all.
        """
        with suppress(Unwritable):
            self._begun = self._begun or not self.is_old or self.answers.again(self.due)
        return self._begun

    def waits(self) -> None:
        """Slack certainly did not take it: it may be asked again, whoever asks."""
        with suppress(Unwritable):
            if self.is_old and self.answers.not_yet(self.due):
                self._begun = False

    def ended(self, shown: Shown) -> None:
        """What became of it, unless it is still due."""
        if shown is not Shown.DUE:
            self.answers.mark(self.due, shown)


class Untracked:
    """What nobody has to be shown."""

    @staticmethod
    def begins() -> bool:
        """Always."""
        return True

    def waits(self) -> None:
        """Nothing is noted."""

    def ended(self, shown: Shown) -> None:
        """Nor is this."""


@dataclass
class Heard(Untracked):
    """What somebody hears the end of, and no table."""

    heard: Callable[[Shown], None]

    def ended(self, shown: Shown) -> None:
        """This became of it."""
        self.heard(shown)


_DUE = "SELECT number, at, public FROM answers WHERE state = 'due'"
# The end itself may come later, where it could not be written when it was shown.
_MARK = """
INSERT INTO answers (number, at, public, state) VALUES (?, ?, ?, ?)
ON CONFLICT (number) DO UPDATE SET at = excluded.at, public = excluded.public, state = excluded.state
WHERE at <= excluded.at
"""
