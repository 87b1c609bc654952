"""A year of schedules in two zones, with stalls, restarts and clocks that jump: nothing doubled or lost unsaid."""

from __future__ import annotations

import functools
import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from harness import KEY
from set_clock import SetClock

from bot.dues import Cron, Every
from bot.jobs import Job
from bot.request import Outcome, Request, Status
from bot.runs import Run
from bot.schedules import Ended, Schedules
from bot.store import Store
from bot.timetable import Late
from commands.reply import Reply

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
START = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
YEAR = 365 * DAY
FIRST, LAST = int(START - 30 * DAY), int(START + YEAR + 60 * DAY)  # of what the model knows
BERLIN, LORD_HOWE = "Europe/Berlin", "Australia/Lord_Howe"  # the latter's clocks are put forward by half an hour


@dataclass(frozen=True)
class Fields:
    """What five cron fields name, written by hand: minutes, hours, days of the month and of the week (Monday is 0)."""

    cron: str
    zone: str
    minutes: frozenset[int]
    hours: frozenset[int] = frozenset(range(24))
    days: frozenset[int] = frozenset(range(1, 32))
    weekdays: frozenset[int] = frozenset(range(7))

    def has(self, wall: datetime) -> bool:
        """Whether this local minute is one of them."""
        there = (wall.minute in self.minutes, wall.hour in self.hours)
        return all(there) and wall.day in self.days and wall.weekday() in self.weekdays

    def dues(self) -> list[float]:
        """Every moment of these, in order: minute by minute, as somebody with a watch and a list would find them."""
        seen, found = set[datetime](), set[float]()
        walls = _walls(self.zone)
        for at, before, wall in zip(count(FIRST, 60), walls, walls[1:], strict=False):
            if wall - before > _MINUTE:  # put forward: what is left out comes as much later
                left_out = (before + each * _MINUTE for each in range(1, (wall - before) // _MINUTE))
                found.update(at + (each - before - _MINUTE).total_seconds() for each in left_out if self.has(each))
            elif wall < before:  # put back: what comes now came before
                seen.update(before - each * _MINUTE for each in range(60))
            if self.has(wall) and wall not in seen:
                found.add(float(at))
        return sorted(found)


@functools.cache
def _walls(zone: str) -> list[datetime]:
    """What the watch says, minute by minute, from the one before FIRST."""
    info = ZoneInfo(zone)
    return [datetime.fromtimestamp(at, info).replace(tzinfo=None) for at in range(FIRST - 60, LAST, 60)]


_MINUTE = timedelta(minutes=1)
NIGHTLY = Fields("30 2 * * *", BERLIN, frozenset({30}), frozenset({2}))
OFTEN = Fields("15 */4 * * *", LORD_HOWE, frozenset({15}), frozenset(range(0, 24, 4)))
WEEKLY = Fields("0 3 * * 0", BERLIN, frozenset({0}), frozenset({3}), weekdays=frozenset({6}))
MONTHLY = Fields("5 0 1 * *", LORD_HOWE, frozenset({5}), frozenset({0}), days=frozenset({1}))
ALL = {"nightly": NIGHTLY, "often": OFTEN, "weekly": WEEKLY, "monthly": MONTHLY}
INTERVAL = 7 * HOUR


@dataclass
class Year:
    """A machine that runs, stands still, is started anew and has its clock put forward and back."""

    folder: Path
    seed: int
    clock: SetClock = field(default_factory=lambda: SetClock(START))
    submitted: list[tuple[str, float, float]] = field(default_factory=list)  # job, due, and what the clock said
    hanging: list[tuple[float, Ended]] = field(default_factory=list)  # runs that last until then
    passed: dict[str, set[float]] = field(default_factory=dict)  # what the clock went over since the last look, by job
    lost: list[tuple[str, float, float]] = field(default_factory=list)  # what of that nothing stands for
    stopped: list[tuple[str, float, float]] = field(default_factory=list)  # what was in time and was not run
    came: dict[str, set[float]] = field(default_factory=dict)  # all that the clock went over, by job
    undone: list[tuple[Run, float]] = field(default_factory=list)  # runs that a clock which was behind made others of
    elapsed: float = 0.0
    restarts: int = 0

    def __post_init__(self) -> None:
        """Start it."""
        self.random = random.Random(self.seed)
        self.model = {name: fields.dues() for name, fields in ALL.items()}
        self.jobs = [
            *(Job.own(name, "ps", Cron(each.cron, each.zone)) for name, each in ALL.items()),
            Job.own("interval", "ps", Every(int(INTERVAL), int(START), "UTC")),
        ]
        late = dict(zip(ALL, (Late.SOON, Late.SOON, Late.RUN, Late.SKIP), strict=True))
        self.jobs = [_ruled(job, late.get(job.name, Late.SOON)) for job in self.jobs]
        self.passed = {name: set() for name in ALL}
        self.came = {name: set() for name in ALL}
        self.start()
        self.behind(DAY)

    def start(self) -> None:
        """A process that starts now."""
        self.store = Store(self.folder, self.clock, KEY)
        self.schedules = Schedules(lambda: self.jobs, self.store, self.clock, self.take)
        self.schedules._recover()
        self.look()

    def take(self, job: Job, request: Request, ended: Ended) -> None:
        """A run: mostly it is over at once, and sometimes it takes hours."""
        due = float(request.delivery.rpartition(":")[2])
        self.submitted.append((job.name, due, self.store.tide.now() if job.due.flows else self.clock.at))
        if self.random.random() < 0.02:
            self.hanging.append((self.elapsed + self.random.uniform(1, 30) * HOUR, ended))
        else:
            ended(Outcome(Status.DONE, Reply()))

    def go(self, seconds: float) -> None:
        """So much time goes by, and the clock with it."""
        for name, dues in self.model.items():
            first, last = bisect_right(dues, self.clock.at), bisect_right(dues, self.clock.at + seconds)
            self.passed[name].update(dues[first:last])
        self.clock.at += seconds
        self.elapsed += seconds

    def step(self, seconds: float) -> None:
        """The clock is put forward, over what it passes, or back."""
        if seconds > 0:
            self.go(seconds)
            self.elapsed -= seconds
        else:
            self.clock.at += seconds

    def look(self) -> None:
        """One look at the clock, before which the runs end whose time has come."""
        for ended in [ended for until, ended in self.hanging if until <= self.elapsed]:
            ended(Outcome(Status.DONE, Reply()))
        self.hanging = [each for each in self.hanging if each[0] > self.elapsed]
        self.schedules.tick()
        self.store.tide.keep()  # as the keeper does
        self.account()
        self.see_that_what_is_in_time_is_run()

    def account(self) -> None:
        """See that all that came since the last look has a run that stands for it."""
        for name, passed in self.passed.items():
            self.lost += [(name, due, self.clock.at) for due in passed if not self.is_said(name, due)]
            self.came[name] |= passed
            passed.clear()

    def is_said(self, name: str, due: float) -> bool:
        """Whether a run stands for it, be it one that was skipped."""
        with self.store._file.reading() as db:
            found = "SELECT 1 FROM runs WHERE job = ? AND first <= ? AND due >= ?"
            return db.execute(found, (name, due, due)).fetchone() is not None

    def see_that_what_is_in_time_is_run(self) -> None:
        """The last that came is run by now, unless it is late, or the one before lasts.

        Whatever clocks said before; but one that nobody saw come may be one for which another run stands already.
        """
        runs = {(name, due) for name, due, _ in self.submitted[-1_000:]}
        for job in self.jobs[: len(ALL)]:
            dues = self.model[job.name]
            place = bisect_right(dues, max(self.clock.at, START)) - 1
            due, after = dues[place], dues[place + 1]
            in_time = due > START and self.clock.at - due < _grace(job.late, after - due)
            seen = self.clock.at - due <= MINUTE or not self.is_said(job.name, due)
            if in_time and seen and (job.name, due) not in runs and not self.has_run(job.name, due):
                self.stopped.append((job.name, due, self.clock.at))

    def has_run(self, name: str, due: float) -> bool:
        """Whether it was run before, or skipped as another one was under way."""
        skipped = [run for run in self.runs(name) if "has not ended" in run.summary]
        return any(each[:2] == (name, due) for each in self.submitted) or any(run.due == due for run in skipped)

    def quiet(self, seconds: float) -> None:
        """Time in which nothing happens but what is due: a look at each of those moments."""
        end = self.elapsed + seconds
        while self.elapsed < end:
            ahead = (job.due.after(now) - now for job in self.jobs for now in (self._now(job),))
            self.go(min(end - self.elapsed, *ahead))
            self.look()

    def _now(self, job: Job) -> float:
        return self.store.tide.now() if job.due.flows else self.clock.at

    def live(self) -> None:
        """The whole year."""
        while self.elapsed < YEAR:
            self.quiet(self.random.expovariate(1 / (4 * DAY)) if self.random.random() < 0.5 else 0)
            match self.random.choice(("stall", "restart", "back", "ahead", "there and back", "behind")):
                case "stall":
                    self.go(self.random.choice((5 * MINUTE, 2 * HOUR, DAY, 3 * DAY)))
                case "restart":
                    self.restart(self.random.choice((0, MINUTE, 6 * HOUR, 2 * DAY)))
                    continue
                case "back":
                    self.step(-self.random.choice((MINUTE, HOUR, DAY)))
                case "ahead":
                    self.step(self.random.choice((MINUTE, HOUR, DAY)))
                case "behind":
                    self.behind(self.random.choice((20 * MINUTE, HOUR, 5 * HOUR, 2 * DAY)))
                case "there and back":
                    self.there_and_back(self.random.choice((HOUR, 2 * DAY, 8 * DAY)))
            self.look()
        self.quiet(2 * DAY)
        for _, ended in self.hanging:
            ended(Outcome(Status.DONE, Reply()))

    def there_and_back(self, away: float) -> None:
        """The clock is wrong for a few looks, with restarts between or without: skips of days that have not come."""
        self.step(away)
        self.look()
        if self.random.random() < 0.3:
            self.restart(self.random.choice((0, MINUTE)))
        if self.random.random() < 0.3:
            self.go(MINUTE)
            self.look()
        self.step(-away)
        if self.random.random() < 0.3:
            self.restart(self.random.choice((0, MINUTE)))

    def behind(self, away: float) -> None:
        """The clock is behind for one look, or at one start: what was said stays, but for what comes just then."""
        self.look()
        before = {name: self.runs(name) for name in ALL}
        self.step(-away)
        if self.random.random() < 0.5:
            self.restart(0)
        else:
            self.look()
        behind = self.clock.at
        self.clock.at += away
        if self.random.random() < 0.5:
            self.restart(0)
        else:
            self.look()
        for name, runs in before.items():
            comes = [due for due in self.model[name] if behind - MINUTE <= due <= behind]
            now = {(run.due, run.claimed, run.first, run.missed) for run in self.runs(name)}
            for run in runs:
                is_open = any(run.first <= due <= run.due for due in comes)
                if not is_open and (run.due, run.claimed, run.first, run.missed) not in now:
                    self.undone.append((run, behind))
            new = {run.due for run in self.runs(name)} - {run.due for run in runs}
            self.undone += [(run, behind) for run in self.runs(name) if run.due in new - {*comes}]

    def restart(self, away: float) -> None:
        """The process is killed, and started again later."""
        self.store.close()
        self.hanging.clear()
        self.restarts += 1
        self.go(away)
        self.start()

    def runs(self, name: str) -> list[Run]:
        """All that is known of the runs of a job, skipped ones too, in the order in which they were due."""
        return sorted(self.store.runs.of(name, 10**6), key=lambda run: run.due)


def _ruled(job: Job, late: Late) -> Job:
    return Job(job.name, job.line, job.due, job.actor, late=late, since=START)


@pytest.fixture(scope="module", params=[1])
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """A year that has passed."""
    made = Year(tmp_path_factory.mktemp("year"), request.param)
    made.live()
    yield made
    made.store.close()


@pytest.mark.attack("F21")
def test_nothing_is_run_twice(year: Year) -> None:
    """Each run is of a moment that the model has, and of another one."""
    runs = [(name, due) for name, due, _ in year.submitted]
    assert len(runs) == len(set(runs)) > 2_500
    for name, due in runs:
        assert due in year.model[name] if name in ALL else (due - START) % INTERVAL == 0


@pytest.mark.attack("F24")
def test_nothing_is_lost_unsaid(year: Year) -> None:
    """Whatever the clock went over was run, or one of those for which another run or a skipped one stands."""
    assert year.lost == []
    assert year.stopped == []
    assert [(name, due) for name in ALL for due in year.came[name] if not year.is_said(name, due)] == []
    assert all(run.ended is not None for name in ALL for run in year.runs(name))


@pytest.mark.attack("F21")
def test_a_clock_that_is_behind_undoes_nothing(year: Year) -> None:
    """No run comes again, no reason is lost, and nothing is run from before there was a schedule."""
    assert year.undone == []
    assert min(due for _, due, _ in year.submitted) > START


@pytest.mark.attack("F21")
def test_no_run_stands_for_what_was_run_after_it(year: Year) -> None:
    """What came after all by a clock that was put right is none of those for which another one stands."""
    for name in ALL:
        runs = year.store.runs.of(name, 10**6)[::-1]
        for place, run in enumerate(runs):
            assert not any(run.first <= later.due < run.due for later in runs[place + 1 :])


def test_an_interval_has_no_gap_and_no_clock_stops_it(year: Year) -> None:
    """Its runs are one after the other, and as many as there was time for."""
    runs = year.runs("interval")
    steps = [step for run in runs for step in range(round(run.first), round(run.due) + 1, round(INTERVAL))]
    assert steps == list(range(round(START + INTERVAL), steps[-1] + 1, round(INTERVAL)))
    assert len(steps) >= year.elapsed / INTERVAL - 2 - year.restarts


def test_what_is_late_is_run_or_skipped_by_its_rule(year: Year) -> None:
    """No run begins later than its job lets it, and none is skipped that might have begun."""
    rules = {job.name: job.late for job in year.jobs}
    for name, due, now in year.submitted:
        assert now - due <= _grace(rules[name], _after(year, name, due) - due)
    submitted = {(name, due) for name, due, _ in year.submitted}
    for job in year.jobs:
        for run in year.runs(job.name):
            is_skipped = run.summary.startswith("skipped")
            assert is_skipped != ((job.name, run.due) in submitted)
            if "stood still" in run.summary and not job.due.flows:
                assert run.claimed - run.due > _grace(job.late, _after(year, job.name, run.due) - run.due) - 1


def _after(year: Year, name: str, due: float) -> float:
    dues = year.model.get(name)
    return due + INTERVAL if dues is None else dues[bisect_right(dues, due)]


def _grace(late: Late, interval: float) -> float:
    """By how much a run may be late, in seconds."""
    longest = {Late.RUN: 12 * HOUR, Late.SKIP: MINUTE, Late.SOON: min(interval / 2, 12 * HOUR)}
    return max(MINUTE, longest[late])
