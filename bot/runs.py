"""Which runs of the scheduled jobs were begun, by whom first, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock
from bot.database import Sqlite

EVERY = "*"  # in place of a job's name: what goes for all of them
KEPT = 400 * 86_400.0  # seconds for which a run is known, however many there are


@dataclass(frozen=True)
class Run:
    """One run of a scheduled job: when it was due, when it began and ended (None: not yet) and what came of it.

    number is that of its action, None where it has none; missed is for how many runs before it this one stands, the
    first of which was due at first.
    """

    due: float
    claimed: float
    ended: float | None
    summary: str
    number: int | None = None
    first: float | None = None
    missed: int = 0


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
        with self._file.writing() as db:
            now = self._clock.now()
            row = {"job": job, "due": due, "claimed": now, "first": first, "missed": missed}
            taken = db.execute(_CLAIM, row)
            db.execute("DELETE FROM runs WHERE job = ? AND due < ? AND claimed < ?", (job, due, now - KEPT))
            return taken.rowcount == 1

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
        """When the last run was due that is taken, no later than a moment; None where there is none."""
        with self._file.reading() as db:
            due = db.execute("SELECT max(due) FROM runs WHERE job = ? AND due <= ?", (job, until)).fetchone()[0]
        return None if due is None else float(due)

    def of(self, job: str, most: int) -> list[Run]:
        """The runs of a job that were taken last, newest first."""
        with self._file.reading() as db:
            found = f"SELECT {_COLUMNS} FROM runs WHERE job = ? ORDER BY rowid DESC LIMIT ?"  # noqa: S608 - our own words
            return [Run(*row) for row in db.execute(found, (job, most)).fetchall()]


_CLAIM = """
INSERT INTO runs (job, due, claimed, first, missed) VALUES (:job, :due, :claimed, :first, :missed)
ON CONFLICT DO NOTHING
"""
