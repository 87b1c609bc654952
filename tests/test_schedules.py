"""What runs by itself: each run once, late once after a pause, whatever the clock does."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from harness import ADMIN, KEY
from set_clock import SetClock

from bot.agenda import Agenda
from bot.dues import Cron, Due, Every, Once, kind
from bot.jobs import Job, planned
from bot.policy import Policy
from bot.reader import Reader
from bot.request import Origin, Outcome, Request, Status
from bot.schedules import TICK, Ended, Schedules, Submit
from bot.selector import Asker
from bot.store import FILE, Store
from bot.timetable import Entry, Late
from commands import catalog
from commands.reply import Reply

HOUR, DAY = 3600.0, 86_400.0
NIGHTLY = Job.own("cleanup", "cleanup run", Cron("0 3 * * *", "UTC"), "C0OPS")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
THREE = NOON + 15 * HOUR  # when the job is next due
LIMIT = 10  # seconds until a thread must have done what is waited for


@dataclass
class Night:
    """A job, its record and its clock; submitted is what was handed on."""

    folder: Path
    clock: SetClock = field(default_factory=lambda: SetClock(NOON))
    submitted: list[Request] = field(default_factory=list)
    status: Status | None = Status.DONE  # how each run ends at once; None: it does not
    stores: list[Store] = field(default_factory=list)

    def start(
        self, job: Job = NIGHTLY, submit: Submit | None = None, held: Callable[[Job], str] = lambda _job: ""
    ) -> Schedules:
        """The schedules as a process that starts now has them."""
        self.stores.append(Store(self.folder, self.clock, KEY))
        return Schedules(lambda: [job], self.stores[-1], self.clock, submit or self.take, held)

    def take(self, _job: Job, request: Request, ended: Ended) -> None:
        """Take what is due."""
        self.submitted.append(request)
        if self.status is not None:
            ended(Outcome(self.status, Reply()))

    def row(self, job: Job = NIGHTLY) -> Mapping[str, Any]:
        """The job as people are told of it."""
        store = self.stores[-1]
        policy = Policy.sample(tuple(verb.spec for verb in catalog.load()))
        return Agenda(store, self.clock, Reader(Asker(ADMIN), policy, store)).job(job)

    def deliveries(self) -> list[str]:
        """The delivery ids of what was submitted."""
        return [request.delivery for request in self.submitted]


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """A clock at noon and an empty record."""
    made = Night(tmp_path)
    yield made
    for store in made.stores:
        store.close()


def _tick(schedules: Schedules, night: Night, *moments: float) -> int:
    for moment in moments:
        night.clock.at = moment
        schedules.tick()
    return len(night.submitted)


def test_a_job_that_is_due_is_submitted_like_any_other_line(night: Night) -> None:
    """The actor is the schedule, the origin says so, the channel is the configured one."""
    schedules = night.start()
    assert _tick(schedules, night, NOON, THREE - 1) == 0
    assert _tick(schedules, night, THREE) == 1
    request = night.submitted[0]
    assert (request.line, request.actor.id, request.origin) == ("cleanup run", "schedule:cleanup", Origin.SCHEDULE)
    assert (request.channel, request.received) == ("C0OPS", THREE)


def test_a_run_is_submitted_once(night: Night) -> None:
    """However often the clock is looked at."""
    schedules = night.start()
    assert _tick(schedules, night, NOON, THREE, THREE, THREE + 1, THREE + HOUR) == 1
    assert _tick(schedules, night, THREE + DAY) == 2
    assert len(set(night.deliveries())) == 2


def test_a_process_that_starts_again_runs_nothing_twice(night: Night) -> None:
    """The record knows what ran, also when the process stopped just after."""
    _tick(night.start(), night, NOON, THREE)
    assert _tick(night.start(), night, THREE, THREE + 60) == 1


def test_two_processes_share_one_run(night: Night) -> None:
    """Both see it due; one gets it."""
    first, second = night.start(), night.start()
    _tick(first, night, NOON)
    _tick(second, night, NOON)
    night.clock.at = THREE
    first.tick()
    second.tick()
    assert len(night.submitted) == 1


def test_a_run_missed_while_nothing_ran_is_made_up_for(night: Night) -> None:
    """The bot was away at three and is back at seven: it runs late, once."""
    _tick(night.start(), night, NOON)
    assert _tick(night.start(), night, THREE + 4 * HOUR, THREE + 5 * HOUR) == 1


def test_many_missed_runs_are_one(night: Night) -> None:
    """An hourly job that was away for ten hours runs once, for the latest."""
    hourly = Job.own("cleanup", "cleanup run", Cron("0 * * * *", "UTC"))
    _tick(night.start(hourly), night, NOON)
    assert _tick(night.start(hourly), night, NOON + 10.5 * HOUR) == 1
    assert night.deliveries() == [f"schedule:cleanup:{NOON + 10 * HOUR:.0f}"]


def test_a_run_missed_by_too_much_is_recorded_as_skipped(night: Night) -> None:
    """After a long pause the job is not run by day; that is told, and it goes on the next night."""
    _tick(night.start(), night, NOON)
    back = THREE + 5 * DAY + 13 * HOUR
    schedules = night.start()
    assert _tick(schedules, night, back, back + 60) == 0
    row = night.row()
    runs = "6 runs from 2026-06-02 03:00 UTC to 2026-06-07 03:00 UTC"
    assert row["last"] == f"skipped: {runs}: slashdock was not running, or stood still"
    action = night.stores[-1].actions.get(row["last_number"])
    assert action is not None
    assert (action["status"], action["error"], action["origin"]) == ("cancelled", row["last"], "schedule")
    assert _tick(schedules, night, THREE + 6 * DAY) == 1


@pytest.mark.parametrize("back", [60.0, HOUR, DAY, 400 * DAY])
def test_a_clock_that_is_put_back_stops_nothing(night: Night, back: float) -> None:
    """What ran is not run again, and the next run comes at its time on the new clock."""
    schedules = night.start()
    _tick(schedules, night, NOON, THREE)
    _tick(schedules, night, THREE - back)
    assert len(night.submitted) == 1
    ahead = night.row()["next_runs"]
    _tick(schedules, night, *ahead)
    assert sorted(night.deliveries()) == sorted(f"schedule:cleanup:{due:.0f}" for due in {THREE, *ahead})


def test_a_clock_that_was_far_ahead_stops_nothing(night: Night) -> None:
    """A run in a wrong future must not hold the job up until then, not even over a restart."""
    schedules = night.start()
    _tick(schedules, night, NOON, THREE + 300 * DAY)
    assert len(night.submitted) == 1
    assert _tick(schedules, night, NOON + 60, THREE) == 2
    assert _tick(night.start(), night, THREE + 60, THREE + DAY) == 3


def test_a_clock_that_is_put_forward_delays_nothing(night: Night) -> None:
    """The clock is looked at every half minute, however far the next run is."""
    schedules = night.start()
    assert schedules.tick() == TICK
    assert _tick(schedules, night, THREE + HOUR) == 1


def test_the_clock_is_looked_at_when_the_next_run_is_due(night: Night) -> None:
    """A run that is nearer than half a minute is not waited past."""
    schedules = night.start()
    night.clock.at = THREE - 5
    assert schedules.tick() == 5


def test_a_schedule_that_was_changed_makes_up_for_nothing(night: Night) -> None:
    """Who sets nine o'clock at noon means tomorrow."""
    _tick(night.start(), night, NOON - 10 * HOUR, NOON - 9 * HOUR)
    count = len(night.submitted)
    changed = Job.own("cleanup", "cleanup run", Cron("0 9 * * *", "UTC"))
    schedules = night.start(changed)
    assert _tick(schedules, night, NOON, NOON + 60) == count
    assert _tick(schedules, night, NOON + 21 * HOUR) == count + 1


def test_a_run_that_could_not_be_handed_on_is_recorded(night: Night) -> None:
    """The record says that it was not started and why; it is not tried again and again."""

    def refuse(_job: Job, request: Request, _ended: Ended) -> None:
        night.submitted.append(request)
        raise RuntimeError("too busy")

    schedules = night.start(submit=refuse)
    assert _tick(schedules, night, NOON, THREE, THREE + 60) == 1
    assert night.row()["last"] == "not started: too busy"
    assert _tick(schedules, night, THREE + DAY) == 2


def test_one_job_that_fails_stops_no_other(night: Night) -> None:
    """The jobs do not know of each other."""
    store = Store(night.folder, night.clock, KEY)
    night.stores.append(store)

    def submit(_job: Job, request: Request, _ended: Ended) -> None:
        if request.line == "a":
            raise RuntimeError("a bug")
        night.submitted.append(request)

    jobs = [Job.own(name, name, Cron("0 3 * * *", "UTC")) for name in ("a", "b")]
    schedules = Schedules(lambda: jobs, store, night.clock, submit)
    assert _tick(schedules, night, NOON, THREE) == 1


def test_a_run_waits_until_it_can_be_written_down(night: Night) -> None:
    """While the record cannot be written nothing is started; then it runs late."""
    schedules = night.start()
    _tick(schedules, night, NOON)
    (night.folder / FILE).rename(night.folder / "aside")
    assert _tick(schedules, night, THREE) == 0
    (night.folder / "aside").rename(night.folder / FILE)
    assert _tick(schedules, night, THREE + 60) == 1


def test_the_rows_show_what_comes_and_what_was(night: Night) -> None:
    """The next three runs, and the last with its number in the record."""
    store = night.start()._store

    def submit(_job: Job, request: Request, ended: Ended) -> None:
        number = store.record.receive(request, request.line).number
        facts = {"line": "cleanup run", "verb": "cleanup run", "person": ""}
        store.record.refuse(number, status="denied", reason="no rule", **facts)
        ended(Outcome(Status.DENIED, Reply(), number))

    schedules = night.start(submit=submit)
    row = night.row()
    assert row["next_runs"] == (THREE, THREE + DAY, THREE + 2 * DAY)
    assert (row["name"], row["line"], row["channel"]) == ("cleanup", "cleanup run", "C0OPS")
    assert (row["last"], row["last_run"], row["last_number"]) == ("", None, None)
    _tick(schedules, night, NOON, THREE)
    row = night.row()
    assert (row["last"], row["last_run"], row["last_number"]) == ("denied: no rule", THREE, 1)


def test_the_thread_submits_and_ends(night: Night) -> None:
    """Started, it watches the clock by itself; closed, it is gone."""
    came = threading.Event()
    schedules = night.start(submit=lambda *_: came.set())
    schedules.tick()
    night.clock.at = THREE
    schedules.start()
    assert came.wait(LIMIT)
    schedules.close()
    assert "schedules" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.attack("F25")
def test_a_run_that_is_due_while_the_last_is_under_way_is_skipped(night: Night) -> None:
    """It is recorded as an action of its own; once the last has ended the next one runs."""
    ends: list[Ended] = []
    schedules = night.start(submit=lambda _job, _request, ended: ends.append(ended))
    _tick(schedules, night, NOON, THREE, THREE + DAY)
    assert len(ends) == 1
    assert night.row()["last"] == "skipped: the run of 2026-06-03 03:00 UTC: the run before it has not ended"
    ends[0](Outcome(Status.DONE, Reply()))
    _tick(schedules, night, THREE + 2 * DAY)
    assert len(ends) == 2


LATE_RUNS = [Cron("0 3 * * sun", "UTC"), Once.at(NOON + 2 * HOUR, "UTC")]


@pytest.mark.attack("F21")
@pytest.mark.parametrize("due", LATE_RUNS, ids=str)
@pytest.mark.parametrize("restarts", [False, True])
def test_what_a_wrong_clock_had_skipped_is_run_in_its_time(night: Night, due: Due, *, restarts: bool) -> None:
    """The clock is ahead for one look, past the run and all its grace; what is told of that is of no more than that."""
    _entry(night, due)
    at = due.after(NOON) or 0
    schedules = _planned(night)
    assert _tick(schedules, night, NOON, at + 17 * HOUR) == 0
    (skipped,) = night.stores[-1].runs.of("7", 9)
    assert skipped.is_skipped
    schedules = _planned(night) if restarts else schedules
    assert _tick(schedules, night, NOON + 60) == 0
    schedules = _planned(night) if restarts else schedules
    assert _tick(schedules, night, at - 1) == 0
    assert _tick(schedules, night, at, at + 60) == 1
    assert not any(run.is_skipped for run in night.stores[-1].runs.of("7", 9))
    assert _tick(schedules, night, at + 17 * HOUR, NOON, at, at + 60) == 1
    told = night.stores[-1].actions.get(skipped.number or 0)
    assert told is not None
    assert told["error"].startswith("skipped")


def test_a_skip_by_a_wrong_clock_is_none_even_where_nobody_looked_before_its_time(night: Night) -> None:
    """The process is stopped while the clock is wrong, and starts again in the very minute of the run."""
    _entry(night, LATE_RUNS[0])
    at = LATE_RUNS[0].after(NOON) or 0
    _tick(_planned(night), night, NOON, at + 17 * HOUR)
    assert _tick(_planned(night), night, at + 30) == 1
    assert _tick(_planned(night), night, at + 60) == 1


def test_a_run_that_came_early_by_a_wrong_clock_stands_for_no_other(night: Night) -> None:
    """Those before it have their own, each once; it is not run again, over restarts either."""
    hourly = replace(NIGHTLY, due=Cron("0 * * * *", "UTC"))
    schedules = night.start(hourly)
    assert _tick(schedules, night, NOON + 60, NOON + DAY) == 1
    assert night.stores[-1].runs.of("cleanup", 1)[0].missed == 23
    hours = [NOON + hour * HOUR for hour in range(1, 26)]
    assert _tick(schedules, night, NOON + 120, *hours[:5]) == 6
    early = night.stores[-1].runs.of("cleanup", 9)[-1]
    assert (early.first, early.missed) == (hours[5], 18)
    assert _tick(night.start(hourly), night, *hours[5:]) == 25
    assert [run.missed for run in night.stores[-1].runs.of("cleanup", 99)] == [0] * 25
    assert sorted(night.deliveries()) == sorted(f"schedule:cleanup:{due:.0f}" for due in hours)


def test_what_a_wrong_clock_and_a_stop_had_passed_is_said(night: Night) -> None:
    """A run came early, and slashdock was stopped over the one before it: the early one stands for that."""
    _tick(night.start(), night, NOON, THREE + DAY)
    _tick(night.start(), night, NOON + 60)
    schedules = night.start()
    _tick(schedules, night, THREE + DAY + HOUR)
    (run,) = night.stores[-1].runs.of("cleanup", 9)
    assert (run.first, run.due, run.missed) == (THREE, THREE + DAY, 1)
    assert len(night.submitted) == 1


HOURLY = replace(NIGHTLY, due=Cron("0 * * * *", "UTC"))


@pytest.mark.attack("F21")
@pytest.mark.parametrize("behind", [20 * 60.0, HOUR, 5 * HOUR])
@pytest.mark.parametrize("restarts", [False, True])
def test_a_clock_that_is_behind_for_one_look_runs_nothing_again(night: Night, behind: float, *, restarts: bool) -> None:
    """One run stood for four that were missed, and stands for them still."""
    _tick(night.start(HOURLY), night, NOON + 60)
    schedules = night.start(HOURLY)
    back = NOON + 4 * HOUR + 300
    assert _tick(schedules, night, back) == 1
    before = night.stores[-1].runs.of("cleanup", 9)
    schedules = night.start(HOURLY) if restarts else schedules
    assert _tick(schedules, night, back - behind, back + 60, back + 120) == 1
    assert night.stores[-1].runs.of("cleanup", 9) == before
    assert (before[0].first, before[0].missed) == (NOON + HOUR, 3)


@pytest.mark.attack("F21")
@pytest.mark.parametrize("behind", [20 * 60.0, HOUR, 5 * HOUR])
def test_a_clock_that_is_behind_for_one_look_changes_no_reason(night: Night, behind: float) -> None:
    """What was skipped for somebody's work on the host is not told in other words, nor run, once that is over."""
    why = ["maintenance of local"]
    schedules = night.start(replace(HOURLY, late=Late.SOON), held=lambda _job: why[0])
    assert _tick(schedules, night, NOON + 60, NOON + HOUR, NOON + HOUR + 45 * 60) == 0
    before = night.stores[-1].runs.of("cleanup", 9)
    assert "maintenance" in before[0].summary
    why[0] = ""
    right = NOON + HOUR + 50 * 60
    assert _tick(schedules, night, right - behind, right, right + 60) == 0
    assert night.stores[-1].runs.of("cleanup", 9) == before


def test_what_a_wrong_clock_had_skipped_waits_for_the_end_of_what_holds_it(night: Night) -> None:
    """It came in its time, so that it is run late by its rule, whatever a clock that was ahead had said of it."""
    held = [""]
    schedules = night.start(held=lambda _job: held[0])
    _tick(schedules, night, NOON, THREE + 17 * HOUR, NOON + 60)
    held[0] = "quiet hours"
    assert _tick(schedules, night, THREE, THREE + HOUR) == 0
    held[0] = ""
    assert _tick(schedules, night, THREE + 2 * HOUR) == 1


@pytest.mark.attack("F21")
@pytest.mark.parametrize("looks", [(-HOUR,), (-HOUR, -1800.0, -60.0)])
def test_a_clock_that_is_behind_runs_nothing_from_before_there_was_a_schedule(
    night: Night, looks: tuple[float, ...]
) -> None:
    """Added, or going on again, at half past twelve, it does not run what was due at noon."""
    added = NOON + 1800
    schedules = night.start(replace(NIGHTLY, due=Cron("0 12 * * *", "UTC"), since=added))
    assert _tick(schedules, night, added, *(added + each for each in looks), added + 60) == 0
    assert _tick(schedules, night, NOON + DAY) == 1


def test_a_clock_that_is_behind_runs_no_job_of_the_settings_from_before_it_was_set(night: Night) -> None:
    """Unless it comes to that time itself: nobody is there who could set such a job going again."""
    schedules = night.start(replace(NIGHTLY, due=Cron("0 12 * * *", "UTC")))
    assert _tick(schedules, night, NOON + 1800, NOON - 1800, NOON + 1860) == 0
    assert _tick(schedules, night, NOON - 1800, NOON) == 1


def test_a_moment_that_was_skipped_ends_half_a_day_later(night: Night) -> None:
    """Until then a clock that is set right has it come."""
    _entry(night, LATE_RUNS[1])
    schedules = _planned(night)
    late = NOON + 20 * HOUR
    for at, state in ((late, "active"), (late + 12 * HOUR, "active"), (late + 12 * HOUR + 1, "ended")):
        assert _tick(schedules, night, at) == 0
        entry = night.stores[-1].timetable.get(7)
        assert entry is not None
        assert entry.state == state


def _entry(night: Night, due: Due) -> None:
    """What is on the timetable as number 7."""
    night.stores.append(Store(night.folder, night.clock, KEY))
    who, when = (ADMIN, "", "ada", "C0OPS", "", "local"), (kind(due), due.expression, "UTC")
    night.stores[-1].timetable.add(Entry(7, "", *who, *when, "ps", "", 0, NOON, "active", NOON), "ps")


def _planned(night: Night) -> Schedules:
    """What watches the clock for the timetable, in a process that starts now."""
    store = Store(night.folder, night.clock, KEY)
    night.stores.append(store)
    return Schedules(lambda: planned(store.timetable), store, night.clock, night.take)


def test_what_a_process_had_begun_is_known_by_the_next(night: Night) -> None:
    """What it received is told by its action; what it only claimed was not begun, and that is told, too."""
    night.status = None
    first = night.start()
    _tick(first, night, NOON, THREE)
    number = night.stores[0].record.receive(night.submitted[0], "cleanup run").number
    night.stores[0].runs.claim("cleanup", THREE + DAY)
    second = night.start()
    second.start()
    second.close()
    later, earlier = night.stores[-1].runs.of("cleanup", 9)
    assert (earlier.number, earlier.ended) == (number, night.clock.at)
    assert (later.number, later.summary) == (None, "not begun: slashdock ended just then")


def test_an_end_that_cannot_be_written_down_is_owed(night: Night) -> None:
    """It is written at one of the next looks."""
    ends: list[Ended] = []
    schedules = night.start(submit=lambda _job, _request, ended: ends.append(ended))
    _tick(schedules, night, NOON, THREE)
    (night.folder / FILE).rename(night.folder / "aside")
    ends[0](Outcome(Status.DONE, Reply()))
    (night.folder / "aside").rename(night.folder / FILE)
    assert night.row()["last"] == "under way"
    _tick(schedules, night, THREE + 60)
    assert night.row()["last"] == "done"


@pytest.mark.parametrize(
    ("late", "by", "runs"),
    [
        (Late.SOON, 50, True), (Late.SOON, 29 * 60, True), (Late.SOON, 30 * 60, False),
        (Late.RUN, 59 * 60, True), (Late.SKIP, 60, True), (Late.SKIP, 61, False),
    ],
)  # fmt: skip
def test_a_late_run_is_run_or_skipped_by_the_rule_of_its_job(night: Night, late: Late, by: float, runs: bool) -> None:
    """By default it runs while it is nearer to its time than to the next."""
    job = replace(NIGHTLY, due=Cron("0 * * * *", "UTC"), late=late)
    schedules = night.start(job)
    assert _tick(schedules, night, NOON + 60, NOON + HOUR + by) == runs
    assert night.row(job)["last"].startswith("done" if runs else "skipped: the run of 2026-06-01 13:00 UTC")


@pytest.mark.attack("F21")
def test_an_interval_goes_on_whatever_the_clock_does(night: Night) -> None:
    """A clock that is put back an hour, or a year, makes nobody wait for it to come again."""
    job = replace(NIGHTLY, due=Every(300, int(NOON), "UTC"), late=Late.SOON)
    schedules = night.start(job)
    _tick(schedules, night, NOON + 300, NOON + 600)
    for back in (HOUR, 365 * DAY):
        night.clock.at -= back
        at = night.clock.at
        before = len(night.submitted)
        assert _tick(schedules, night, at, at + 299, at + 300, at + 301, at + 600) == before + 2
    assert len({*night.deliveries()}) == len(night.submitted)
    assert night.row(job)["next_runs"][0] == night.clock.at + 300


def test_a_moment_that_has_come_is_the_end_of_its_entry(night: Night) -> None:
    """It runs once, and has ended then."""
    store = Store(night.folder, night.clock, KEY)
    night.stores.append(store)
    due = Once.at(THREE, "UTC")
    who, when = (ADMIN, "", "ada", "C0OPS", "", "local"), ("once", due.expression, "UTC")
    entry = Entry(7, "", *who, *when, "ps", "", 0, NOON, "active", NOON)
    store.timetable.add(entry, "ps")
    schedules = Schedules(lambda: planned(store.timetable), store, night.clock, night.take)
    assert _tick(schedules, night, THREE, THREE + 30) == 1
    ended = store.timetable.get(7)
    assert ended is not None
    assert (ended.state, ended.why) == ("ended", "its time has passed")
    assert _tick(schedules, night, THREE - DAY, THREE) == 1


def test_a_zone_that_this_machine_does_not_know_stops_no_other(night: Night) -> None:
    """What another machine wrote down is told of, and not run."""
    store = Store(night.folder, night.clock, KEY)
    night.stores.append(store)
    for number, zone in ((7, "Mars/Olympus"), (8, "UTC")):
        who, when = (ADMIN, "", "ada", "C0OPS", "", "local"), ("cron", "0 3 * * *", zone)
        store.timetable.add(Entry(number, "", *who, *when, "ps", "", 0, NOON, "active", NOON), "ps")
    schedules = Schedules(lambda: planned(store.timetable), store, night.clock, night.take)
    assert _tick(schedules, night, THREE) == 1
    policy = Policy.sample(tuple(verb.spec for verb in catalog.load()))
    agenda = Agenda(store, night.clock, Reader(Asker(ADMIN), policy, store))
    assert [agenda.entry(each)["state"] for each in store.timetable.entries()] == ["UNREADABLE", "active"]


@pytest.mark.attack("F26")
def test_nothing_in_the_record_is_code(night: Night) -> None:
    """Jobs are never pickled: who can write to the file cannot make the bot run anything by it."""
    _tick(night.start(), night, NOON, THREE)
    db = sqlite3.connect(night.folder / FILE)
    for table in ("jobs", "runs", "timetable"):
        for row in db.execute(f"SELECT * FROM {table}"):
            assert not any(isinstance(value, bytes) for value in row)
    db.close()
