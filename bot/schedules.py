"""What runs by itself: jobs come due by the clock, and each run goes through the pipeline like any other line.

The loop looks at the clock every half minute instead of sleeping until the next run, so that a clock that is put
forward or back delays nothing; APScheduler reckons when a job is due.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.clock import Clock
from bot.occurrences import Occurrences
from bot.request import Actor, Origin, Request
from bot.store import Store, Unwritable

TICK = 30.0  # seconds between two looks at the clock, at most
GRACE = 12 * 3600.0  # seconds by which a run may be late; later than that it is recorded as skipped
LOOK_BACK = 31 * 86_400.0  # seconds; of a longer absence the last month is looked at
SHOWN = 3  # runs ahead that are shown

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A line that is run by the clock: five cron fields, an IANA time zone, the channel that is told, the host."""

    name: str
    line: str
    cron: str
    zone: str
    channel: str = ""
    host: str = ""

    @property
    def actor(self) -> Actor:
        """Who asks when the clock does."""
        return Actor(f"schedule:{self.name}")


class Schedules:
    """The jobs, and the thread that hands each run to submit; a run that was missed is made up for once.

    submit only takes the request: what it raises is recorded as a run that was not started.
    """

    def __init__(self, jobs: Iterable[Job], store: Store, clock: Clock, submit: Callable[[Request], object]) -> None:
        self._store = store
        self._clock = clock
        self._submit = submit
        self._jobs = {job.name: job for job in jobs}
        self._due = {job.name: Occurrences(job.cron, job.zone) for job in self._jobs.values()}
        self._reached: dict[str, float] = {}  # up to where each job's runs have been dealt with, in epoch seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="schedules", daemon=True)

    def start(self) -> None:
        """Begin to watch the clock; the next runs are logged."""
        for name in self._jobs:
            log.info("%s runs next at %s", name, ", ".join(map(_stamp, self._next(name))))
        self._thread.start()

    def close(self) -> None:
        """Stop watching; a run that was submitted goes on."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def rows(self) -> list[Mapping[str, Any]]:
        """Each job with its next runs in epoch seconds, and what came of the last: its time, words and number."""
        runs = self._store.runs.last()
        return [self._row(job, runs) for job in self._jobs.values()]

    def tick(self) -> float:
        """Submit what is due; the seconds until the clock should be looked at again."""
        for name, job in self._jobs.items():
            try:
                self._run_due(job)
            except Unwritable as error:
                log.warning("%s is put off: %s", name, error)
            except Exception:  # a bug of ours in one job must not stop the others
                log.exception("%s failed", name)
        now = self._clock.now()
        ahead = [due - now for name in self._jobs for due in self._next(name)[:1]]
        return max(0.0, min([TICK, *ahead]))

    def _loop(self) -> None:
        pause = 0.0
        while not self._stopped.wait(pause):
            pause = self.tick()

    def _run_due(self, job: Job) -> None:
        now = self._clock.now()
        # A clock that was put back must not hold the job up: what has run already cannot be claimed again.
        self._reached[job.name] = min(self._position(job), now)
        missed = tuple(self._due[job.name].until(max(self._reached[job.name], now - LOOK_BACK), now))
        if missed:
            self._run(job, missed[-1], now)
            self._reached[job.name] = missed[-1]

    def _position(self, job: Job) -> float:
        """Where the job stands: its last run, or since when it has this schedule."""
        if job.name not in self._reached:
            since = self._store.runs.since(job.name, f"{job.cron} {job.zone}")
            run = self._store.runs.last().get(job.name)
            self._reached[job.name] = since if run is None else max(since, run.due)
        return self._reached[job.name]

    def _run(self, job: Job, due: float, now: float) -> None:
        if not self._store.runs.claim(job.name, due):
            return
        if now - due > GRACE:
            self._store.runs.done(job.name, due, f"skipped: slashdock was not running at {_stamp(due)}")
            return
        try:
            self._submit(_request(job, due, now))
        except Exception as error:
            self._store.runs.done(job.name, due, f"not started: {error}")
            raise

    def _next(self, name: str) -> tuple[float, ...]:
        return self._due[name].following(self._clock.now(), SHOWN)

    def _row(self, job: Job, runs: Mapping[str, Any]) -> Mapping[str, Any]:
        ahead = self._next(job.name)
        facts = {"name": job.name, "line": job.line, "cron": job.cron, "zone": job.zone, "channel": job.channel}
        return {**facts, "next_run": ahead[0] if ahead else None, "next_runs": ahead, **self._last(job, runs)}

    def _last(self, job: Job, runs: Mapping[str, Any]) -> Mapping[str, Any]:
        run = runs.get(job.name)
        actions = self._store.actions.listed({"person": (job.actor.id,), "origin": (Origin.SCHEDULE,)}, 1)
        if run is not None and run.summary and not (actions and actions[0]["at"] > run.claimed):
            return {"last": run.summary, "last_run": run.claimed, "last_number": None}
        if not actions:
            return {"last": "", "last_run": None, "last_number": None}
        told = ": ".join(filter(None, (actions[0]["status"], actions[0]["error"])))
        return {"last": told, "last_run": actions[0]["at"], "last_number": actions[0]["number"]}


def _request(job: Job, due: float, now: float) -> Request:
    delivery = f"{job.actor.id}:{due:.0f}"
    return Request(job.line, job.actor, Origin.SCHEDULE, job.channel, host=job.host, delivery=delivery, received=now)


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
