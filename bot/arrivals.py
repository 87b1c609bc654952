"""Which moments of a job have come and are open: by the machine's clock, whatever that said before, or will say again.

What was said by a clock that was ahead of what it says now counts nevertheless: that one may have been wrong, or this
one. But what comes now, in its time, is open, so that no wrong clock takes anything away that has yet to come.
"""

from __future__ import annotations

from collections.abc import Container

from bot import dues
from bot.dues import Passed
from bot.jobs import PUNCTUAL, Job
from bot.runs import Runs


class Arrivals:
    """Where each job stands; all times are epoch seconds by the clock that it goes by."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._seen: dict[str, float] = {}  # when each job was looked at last with nothing open
        self._came: dict[str, float] = {}  # the moment of each that came in its time and is open

    def open(self, job: Job, now: float) -> Passed | None:
        """What has come and was not dealt with; None where nothing has."""
        position = self._position(job, now)
        passed = self._passed(job, position, now, self._runs.claimed(job.name, position, now))
        if passed is not None and now - passed.last <= PUNCTUAL:
            self._came[job.name] = passed.last
        if passed is None or (self._came.get(job.name) != passed.last and self._runs.foretold(job.name, passed.last)):
            self._seen[job.name] = now
            return None
        return passed

    def settle(self, job: Job, passed: Passed, now: float) -> None:
        """It was begun, or skipped: what stood for it by a clock that was ahead stands for what is later alone."""
        self._seen[job.name] = now
        self._came.pop(job.name, None)
        for run in self._runs.foretold(job.name, passed.last):
            known = self._runs.claimed(job.name, passed.last, run.due) - {run.due}
            left = self._passed(job, passed.last, run.due, known)
            if left is not None:
                self._runs.shorten(job.name, run.due, left.first, left.count - 1)

    def _position(self, job: Job, now: float) -> float:
        """Before what nothing is open: since when it has this schedule, its last run, or the backup's time."""
        since = job.since
        if since is None:
            known = self._runs.since(job.name, f"{job.due.expression} {job.due.zone}")
            # Nobody can set a job of the settings going again, which a clock that was ahead would keep from running.
            since = known if known <= now else min(now, self._seen.get(job.name, now))
        return max(since, self._runs.begins(), self._runs.reached(job.name, now) or 0.0)

    @staticmethod
    def _passed(job: Job, position: float, end: float, known: Container[float]) -> Passed | None:
        after = job.due.after(position)
        return None if after is None or after > end else dues.passed(job.due, position, end, known)
