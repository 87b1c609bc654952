"""Very many schedules at one time: none is lost, and nobody who types is kept out."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass, field, replace

import pytest
from harness import Everyone
from nights import HOUR, OPS, Night
from offices import DEV
from set_clock import SetClock

from bot.crowd import PER_HOST, PER_PERSON
from bot.desk import PER_PERSON as TYPED
from bot.desk import Desk
from bot.dues import Cron
from bot.jobs import Job, planned
from bot.request import Actor, Member, Origin, Outcome, Request, Status
from bot.schedules import Ended, Schedules
from bot.store import Store
from bot.timetable import Late
from commands.reply import Reply

MANY = TYPED + 10


@dataclass
class Gate(Everyone):
    """A directory that answers once it is opened."""

    opened: threading.Event = field(default_factory=threading.Event)

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:  # noqa: ARG002 - what a Directory is asked
        """A member, once it is open."""
        self.opened.wait(30)
        return Member()


@pytest.mark.attack("F36")
def test_however_many_are_due_at_one_time_none_is_refused(night: Night) -> None:
    """Some at a time; what the person types meanwhile is taken."""
    for _ in range(MANY):
        night.add("'0 13 * * *' ps")
    gate, store = Gate(), night.bench.store
    desk, ended = Desk(replace(night.bench.pipeline, directory=gate), store), queue.SimpleQueue[Outcome]()

    def submit(_job: Job, request: Request, over: Ended) -> None:
        def told(outcome: Outcome) -> None:
            over(outcome)
            ended.put(outcome)

        refused = desk.take(request, told)
        if refused is not None:
            told(refused)

    schedules = Schedules(lambda: planned(store.timetable), store, night.clock, submit)
    night.clock.at += HOUR
    schedules.tick()
    assert ended.empty()
    assert len(store.runs.unended()) == PER_PERSON
    typed = queue.SimpleQueue[Outcome]()
    assert all(desk.take(Request("ps", Actor(DEV), Origin.SLASH, OPS), typed.put) is None for _ in range(TYPED))
    gate.opened.set()
    statuses = []
    while len(statuses) < MANY:
        statuses.append(ended.get(timeout=30).status)
        schedules.tick()
    assert set(statuses) == {Status.DONE}
    assert {typed.get(timeout=30).status for _ in range(TYPED)} == {Status.DONE}
    desk.close()


@dataclass
class Row:
    """Jobs that are due each minute, and the runs that are under way."""

    store: Store
    clock: SetClock
    jobs: list[Job]
    ends: list[tuple[str, Ended]] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Watch the clock."""
        self.schedules = Schedules(lambda: self.jobs, self.store, self.clock, self.take)
        self.schedules.tick()

    def take(self, job: Job, _request: Request, ended: Ended) -> None:
        """A run begins."""
        self.begun.append(job.name)
        self.ends.append((job.name, ended))

    def end(self, count: int) -> None:
        """So many runs are over, the first first."""
        for _, ended in self.ends[:count]:
            ended(Outcome(Status.DONE, Reply()))
        del self.ends[:count]

    def passes(self, seconds: float) -> None:
        """A look after so long."""
        self.clock.at += seconds
        self.schedules.tick()

    def came(self, name: str) -> list[str]:
        """What came of the runs of a job, newest first."""
        return [run.summary for run in self.store.runs.of(name, 9)]


def _row(night: Night, people: int, each: int, cron: str = "0 * * * *") -> Row:
    names = [(f"{person}-{number}", f"U{person}") for person in range(people) for number in range(each)]
    jobs = [
        replace(Job.own(name, "ps", Cron(cron, "UTC")), actor=Actor(actor), late=Late.SKIP, since=night.clock.at)
        for name, actor in names
    ]
    return Row(night.bench.store, night.clock, jobs)


def test_who_waits_for_room_is_not_late_by_that(night: Night) -> None:
    """It was there in time; what is late by itself is skipped, whether there is room or not."""
    row = _row(night, 1, PER_PERSON + 1)
    row.passes(HOUR)
    assert len(row.begun) == PER_PERSON
    row.passes(HOUR / 2)
    assert len(row.begun) == PER_PERSON
    row.end(1)
    row.passes(0)
    assert len(row.begun) == PER_PERSON + 1
    row.end(PER_PERSON)
    row.passes(HOUR)
    assert len(row.begun) == PER_PERSON + 1
    assert all(row.came(job.name)[0].startswith("skipped") for job in row.jobs)


@pytest.mark.attack("F36")
def test_who_waits_longest_is_the_next(night: Night) -> None:
    """Those that are due each minute keep nobody out who is further down the list."""
    row = _row(night, 1, 2 * PER_PERSON, "* * * * *")
    for _ in range(4):
        row.passes(60)
        row.end(PER_PERSON)
    assert set(row.begun) == {job.name for job in row.jobs}


def test_an_engine_is_not_taken_up_by_the_clock(night: Night) -> None:
    """However many people have something due at one time."""
    row = _row(night, 6, PER_PERSON)
    row.passes(HOUR)
    assert len(row.begun) == PER_HOST
    while row.ends:
        row.end(PER_HOST)
        row.passes(1)
    assert sorted(row.begun) == sorted(job.name for job in row.jobs)


def test_a_run_that_ends_calls_who_waits(night: Night) -> None:
    """Nobody waits for the next look at the clock."""
    row = _row(night, 1, PER_PERSON + 1)
    row.passes(HOUR)
    row.schedules._woken.clear()
    row.end(1)
    assert row.schedules._woken.is_set()
