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
    first of which was due at first.
    """

    due: float
    claimed: float
    ended: float | None
    summary: str
    number: int | None
    first: float
    missed: int

    @property
    def is_skipped(self) -> bool:
        """Whether it was not to be."""
        return self.summary.startswith(SKIPPED)


_COLUMNS = "due, claimed, ended, summary, number, coalesce(first, due), missed"


class Runs:
    """The runs of jobs, in the database; every method that writes raises Unwritable where it cannot."""

    def __init__(self, file: Sqlite, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def since(self, job: str, schedule: str) -> float:
        """Since when the job has this schedule, in epoch seconds: now, where it is new or another one."""
        now = self._clock.now()
        with self._file.reading() as db:
            known = db.execute("SELECT since FROM jobs WHERE (job, schedule) = (?, ?)", (job, schedule)).fetchone()
        if known is not None:
            return float(known[0])
        with self._file.writing() as db:
            db.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)", (job, schedule, now))
        return now

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
        """The same for a run that is not to be, which ends with that; to a clock that is behind that it is open."""
        return self._take({"job": job, "due": due, "first": first, "missed": missed, "summary": summary})

    def _take(self, row: dict[str, Any]) -> bool:
        with self._file.writing() as db:
            row |= {"claimed": (now := self._clock.now()), "ended": now if row["summary"] else None}
            db.execute(_REOPEN, row)
            taken = db.execute(_CLAIM, row)
            db.execute(
                "DELETE FROM runs WHERE job = ? AND due < ? AND claimed < ?", (row["job"], row["due"], now - KEPT)
            )
            return taken.rowcount == 1

    def foretold(self, job: str, moment: float) -> list[Run]:
        """The runs that stand for a moment and were taken by a clock that was ahead of what it says now."""
        with self._file.reading() as db:
            rows = db.execute(_FORETOLD, {"job": job, "moment": moment, "now": self._clock.now()}).fetchall()
            return [Run(*row) for row in rows]

    def shorten(self, job: str, due: float, first: float, missed: int) -> None:
        """Have a run stand for fewer, as those before came after all: from then on, and for so many besides itself."""
        with self._file.writing() as db:
            db.execute("UPDATE runs SET first = ?, missed = ? WHERE (job, due) = (?, ?)", (first, missed, job, due))

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
        """When those runs were due that are taken, later than a moment and no later than another.

        What was skipped by a clock that was ahead of what it says now is not among them.
        """
        with self._file.reading() as db:
            rows = db.execute(_CLAIMED, {"job": job, "after": after, "until": until, "now": self._clock.now()})
            return frozenset(row[0] for row in rows.fetchall())

    def reached(self, job: str, now: float) -> float | None:
        """When the last of those was due before which nothing is open now; None where there is none."""
        with self._file.reading() as db:
            row = db.execute(_REACHED, {"job": job, "now": now}).fetchone()
        return None if row is None else float(row[0])

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
_IN_FORCE = f"(claimed <= :now OR NOT {_IS_SKIPPED})"
_CLAIMED = f"SELECT due FROM runs WHERE job = :job AND due > :after AND due <= :until AND {_IN_FORCE}"  # noqa: S608 - our own words, as below
_REACHED = f"SELECT due FROM runs WHERE job = :job AND due <= :now AND {_IN_FORCE} ORDER BY due DESC LIMIT 1"  # noqa: S608
_REOPEN = f"DELETE FROM runs WHERE (job, due) = (:job, :due) AND claimed > :claimed AND {_IS_SKIPPED}"  # noqa: S608
_FORETOLD = f"""
SELECT {_COLUMNS} FROM runs
WHERE job = :job AND due >= :moment AND coalesce(first, due) <= :moment AND claimed > :now
"""  # noqa: S608
_BEGUN = f"SELECT {_COLUMNS} FROM runs WHERE job = ? AND NOT {_IS_SKIPPED} ORDER BY rowid DESC LIMIT 1"  # noqa: S608
