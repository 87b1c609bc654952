"""The runs of the clock that are under way, and those that wait until there are fewer of them."""

from __future__ import annotations

import threading

from bot.jobs import Job

PER_PERSON = 8  # of one person's at once; their typed lines are counted apart
PER_HOST = 32  # at one engine at once: half of its workers, so that the others are for what people type


class Crowd:
    """Who is in it, by the names of the jobs; it may be asked from any thread."""

    def __init__(self) -> None:
        self._inside: dict[str, Job] = {}
        self._waiting: dict[str, float] = {}  # since when, in epoch seconds
        self._lock = threading.Lock()

    def has(self, job: Job) -> bool:
        """Whether a run of it is under way."""
        with self._lock:
            return job.name in self._inside

    def has_room(self, job: Job) -> bool:
        """Whether another run may begin, of this person and at this host."""
        with self._lock:
            inside = self._inside.values()
            of_person = sum(each.actor == job.actor for each in inside)
            return of_person < PER_PERSON and sum(each.host == job.host for each in inside) < PER_HOST

    def enter(self, job: Job) -> None:
        """It begins."""
        with self._lock:
            self._inside[job.name] = job

    def leave(self, job: Job) -> bool:
        """It has ended; True where others wait for that."""
        with self._lock:
            self._inside.pop(job.name, None)
            return bool(self._waiting)

    def wait(self, job: Job, now: float) -> None:
        """It is due, and begins once there is room: it is no later than it was when it came first."""
        with self._lock:
            self._waiting.setdefault(job.name, now)

    def came(self, job: Job, now: float) -> float:
        """When it could have begun, had there been room: now, where it does not wait."""
        with self._lock:
            return min(now, self._waiting.get(job.name, now))

    def forget(self, job: Job) -> None:
        """It waits no more."""
        with self._lock:
            self._waiting.pop(job.name, None)

    def in_turn(self, jobs: list[Job]) -> list[Job]:
        """The same, first those that wait longest, so that none waits for ever; those that are gone wait no more."""
        with self._lock:
            names = {each.name for each in jobs}
            self._waiting = {name: since for name, since in self._waiting.items() if name in names}
            return sorted(jobs, key=lambda job: self._waiting.get(job.name, float("inf")))
