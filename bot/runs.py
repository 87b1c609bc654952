"""Which runs of the scheduled jobs were begun, by whom first, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.clock import Clock
from bot.database import Sqlite

EVERY = "*"  # in place of a job's name: what goes for all of them
KEPT = 400 * 86_400.0  # seconds for which a run is known, however many there are
SKIPPED = "skipped"  # how what is told of a run begins that was not to be


@dataclass(frozen=True)
class Run:
    """One run of a scheduled job: when it was due, when it began and ended (None: not yet) and what came of it.

    number is that of its action, None where it has none; missed is for how many runs before it this one stands, the
    first of which was due at first, None where it came early by a wrong clock.
    """

    due: float
    claimed: float
    ended: float | None
    summary: str
    number: int | None = None
    first: float | None = None
    missed: int = 0

    @property
    def is_skipped(self) -> bool:
        """Whether it was not to be."""
        return self.summary.startswith(SKIPPED)


_COLUMNS = "due, claimed, ended, summary, number, first, missed"


class Runs:
    """The runs of jobs, in the database; every method that writes raises Unwritable where it cannot."""

    def __init__(self, file: Sqlite, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def since(self, job: str, schedule: str) -> float:
        """Since when the job has this schedule, in epoch seconds: now, where it is new or another one."""
        now = self._clock.now()
        with self._file.writing() as db:
            known = db.execute("SELECT since FROM jobs WHERE (job, schedule) = (?, ?)", (job, schedule)).fetchone()
            if known is None:
                db.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)", (job, schedule, now))
        return now if known is None else float(known[0])

    def begins(self) -> float:
        """Before when nothing of any job is made up for, in epoch seconds: when a backup took the record's place."""
        with self._file.reading() as db:
            row = db.execute("SELECT since FROM jobs WHERE job = ?", (EVERY,)).fetchone()
        return 0.0 if row is None else float(row[0])

    def claim(self, job: str, due: float, first: float | None = None, missed: int = 0) -> bool:
        """Whether this run of the job is ours: the first to ask gets it, once and for all."""
        first = due if first is None else first
        return self._take({"job": job, "due": due, "first": first, "missed": missed, "summary": ""})

    def skip(self, job: str, due: float, first: float, missed: int, summary: str) -> bool:
        """The same for a run that is not to be, which ends with that; it is taken until a clock proves wrong."""
        return self._take({"job": job, "due": due, "first": first, "missed": missed, "summary": summary})

    def _take(self, row: dict[str, Any]) -> bool:
        with self._file.writing() as db:
            row |= {"claimed": (now := self._clock.now()), "ended": now if row["summary"] else None}
            taken = db.execute(_CLAIM, row)
            db.execute(
                "DELETE FROM runs WHERE job = ? AND due < ? AND claimed < ?", (row["job"], row["due"], now - KEPT)
            )
            return taken.rowcount == 1

    def rewind(self, job: str, now: float) -> float | None:
        """Undo what was said of times that are still to come, as a wrong clock had passed them; None where nothing was.

        That is: what was skipped later than now is not, and a run that came too early stands for none but itself: its
        first is None. It stays taken for good. What comes back is when the first was due of which something was undone.
        """
        with self._file.reading() as db:
            first = db.execute(_FIRST, {"job": job, "now": now}).fetchone()[0]
        if first is None:
            return None
        with self._file.writing() as db:
            db.execute(_UNSKIP, {"job": job, "now": now})
            db.execute(_ALONE, {"job": job, "now": now})
        return float(first)

    def done(self, job: str, due: float, summary: str, number: int | None = None) -> None:
        """Commit how a claimed run ended."""
        with self._file.writing() as db:
            done = (self._clock.now(), summary, number, job, due)
            db.execute("UPDATE runs SET ended = ?, summary = ?, number = ? WHERE (job, due) = (?, ?)", done)

    def unended(self) -> list[tuple[str, float]]:
        """The job and the time of each run that was begun and has not ended."""
        with self._file.reading() as db:
            return [(row[0], row[1]) for row in db.execute("SELECT job, due FROM runs WHERE ended IS NULL").fetchall()]

    def claimed(self, job: str, after: float, until: float) -> frozenset[float]:
        """When those runs were due that are taken, later than a moment and no later than another."""
        with self._file.reading() as db:
            rows = db.execute("SELECT due FROM runs WHERE job = ? AND due > ? AND due <= ?", (job, after, until))
            return frozenset(row[0] for row in rows.fetchall())

    def reached(self, job: str, until: float) -> float | None:
        """When the last run was due before which nothing is open, no later than a moment; None where there is none."""
        with self._file.reading() as db:
            due = db.execute(_REACHED, (job, until)).fetchone()[0]
        return None if due is None else float(due)

    def begun(self, job: str) -> Run | None:
        """The run of a job that was begun last; None where there is none."""
        with self._file.reading() as db:
            row = db.execute(_BEGUN, (job,)).fetchone()
        return None if row is None else Run(*row)

    def of(self, job: str, most: int) -> list[Run]:
        """The runs of a job that were taken last, newest first."""
        with self._file.reading() as db:
            found = f"SELECT {_COLUMNS} FROM runs WHERE job = ? ORDER BY rowid DESC LIMIT ?"  # noqa: S608 - our own words
            return [Run(*row) for row in db.execute(found, (job, most)).fetchall()]


_IS_SKIPPED = f"summary LIKE '{SKIPPED}%'"
_CLAIM = """
INSERT INTO runs (job, due, claimed, first, missed, ended, summary)
VALUES (:job, :due, :claimed, :first, :missed, :ended, :summary)
ON CONFLICT DO NOTHING
"""
_REACHED = "SELECT max(due) FROM runs WHERE job = ? AND due <= ? AND first IS NOT NULL"
_BEGUN = f"SELECT {_COLUMNS} FROM runs WHERE job = ? AND NOT {_IS_SKIPPED} ORDER BY rowid DESC LIMIT 1"  # noqa: S608 - our own words, as below
# What was claimed later than now, if it is due later or was skipped. Only the last that was due before can be so.
_LAST = "coalesce((SELECT max(due) FROM runs WHERE job = :job AND due <= :now), 0)"
_AHEAD = f"job = :job AND due >= {_LAST} AND claimed > :now AND first IS NOT NULL AND (due > :now OR {_IS_SKIPPED})"
_FIRST = f"SELECT min(first) FROM runs WHERE {_AHEAD}"  # noqa: S608
_UNSKIP = f"DELETE FROM runs WHERE {_IS_SKIPPED} AND {_AHEAD}"  # noqa: S608
_ALONE = f"UPDATE runs SET first = NULL, missed = 0 WHERE {_AHEAD}"  # noqa: S608
