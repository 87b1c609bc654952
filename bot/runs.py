"""Which runs of the scheduled jobs were begun, by whom first, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock
from bot.database import Sqlite


@dataclass(frozen=True)
class Run:
    """One run of a scheduled job: when it was due, when it began and ended (None: not yet) and what came of it."""

    due: float
    claimed: float
    ended: float | None
    summary: str


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

    def claim(self, job: str, due: float) -> bool:
        """Whether this run of the job is ours: the first to ask gets it, once and for all."""
        with self._file.writing() as db:
            row = (job, due, self._clock.now())
            taken = db.execute("INSERT INTO runs (job, due, claimed) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row)
            return taken.rowcount == 1

    def done(self, job: str, due: float, summary: str) -> None:
        """Commit how a claimed run ended."""
        with self._file.writing() as db:
            done = (self._clock.now(), summary, job, due)
            db.execute("UPDATE runs SET ended = ?, summary = ? WHERE (job, due) = (?, ?)", done)

    def last(self) -> dict[str, Run]:
        """The latest run of each job by when it was due."""
        with self._file.reading() as db:
            rows = db.execute("SELECT job, max(due), claimed, ended, summary FROM runs GROUP BY job").fetchall()
        return {row[0]: Run(*row[1:]) for row in rows}
