"""What is kept of engines minute by minute: thinned out with age, bounded, and never in the way of the record."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from harness import KEY
from recording import begin
from sampled import GIB, MANY, MIB, NOON, container, fill, sample
from set_clock import SetClock

from bot.metrics import FILE, FRESH, LABELS, MOST, Metrics, Sample
from bot.metrics_schema import MIGRATIONS
from bot.store import Store, Unwritable
from bot.thinning import AHEAD, DAY, LONG, MINUTE, QUARTER, SURE
from commands.samples import Disk, Series

WEEK = 7 * DAY
LARGEST = 20_000_000  # bytes of a week of MANY containers


@pytest.fixture
def clock() -> SetClock:
    """It is noon."""
    return SetClock(NOON)


@pytest.fixture
def metrics(tmp_path: Path, clock: SetClock) -> Iterator[Metrics]:
    """A new file."""
    made = Metrics(tmp_path, clock)
    yield made
    made.close()


def _counts(folder: Path) -> dict[str, int]:
    with closing(sqlite3.connect(folder / FILE)) as db:
        names = ("minutes", "quarters", "longs", "engine_minutes", "engine_quarters", "disks")
        return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def _rows(folder: Path, asked: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / FILE)) as db:
        return db.execute(asked).fetchall()


def _believed(metrics: Metrics, clock: SetClock, at: int) -> None:
    """The clock stands there for as long as it takes to be believed; nothing runs meanwhile."""
    for minute in range(at - SURE * MINUTE, at + 1, MINUTE):
        clock.at = minute
        metrics.keep("other", minute, [])


def _one(metrics: Metrics, since: float = 0.0) -> Series:
    (found,) = metrics.past("local", since, NOON + WEEK, WEEK).series
    return found


def test_a_week_of_fifty_containers_is_small(week: Path) -> None:
    """The file and what SQLite keeps beside it."""
    assert sum(each.stat().st_size for each in week.iterdir()) < LARGEST


def test_what_is_older_than_a_day_is_kept_by_the_quarter_of_an_hour(week: Path) -> None:
    """The thinning is done each quarter, so that a quarter more than a day may lie there by the minute."""
    counts = _counts(week)
    assert counts["minutes"] <= MANY * (DAY + QUARTER) // MINUTE
    assert counts["quarters"] <= MANY * 6 * DAY // QUARTER
    assert counts["engine_minutes"] + counts["engine_quarters"] * QUARTER // MINUTE == WEEK // MINUTE
    assert (counts["longs"], counts["disks"]) == (0, WEEK // QUARTER)


def test_thinning_loses_no_look_and_no_restart(week: Path) -> None:
    """Of each container there are all looks of the week, of the one that is restarted every hour all restarts."""
    metrics = Metrics(week, SetClock(NOON))
    past = metrics.past("local", NOON - WEEK, NOON, WEEK)
    metrics.close()
    spans = {each.seen.name: each.spans[0] for each in past.series}
    assert past.looks == WEEK // MINUTE
    assert {span.looks for span in spans.values()} == {past.looks}
    assert spans["app-07"].restarts == 7 * 24 - 1
    assert spans["app-03"].unhealthy == 7 * 60


def test_the_figures_of_a_week_are_those_that_went_in(week: Path) -> None:
    """The mean is the mean of all minutes to a tenth of a percent, the most is that of one minute."""
    metrics = Metrics(week, SetClock(NOON))
    span = next(each for each in metrics.past("local", NOON - WEEK, NOON, WEEK).series if each.seen.name == "app-20")
    metrics.close()
    went_in = [sample(20, at) for at in range(NOON - WEEK, NOON, MINUTE)]
    shares, memory = [each.processor or 0.0 for each in went_in], [each.memory for each in went_in]
    assert span.spans[0].processor == pytest.approx(sum(shares) / len(shares), rel=0.001)
    assert span.spans[0].memory == pytest.approx(sum(memory) / len(memory), rel=0.001)
    assert (span.spans[0].processor_most, span.spans[0].memory_most) == (round(max(shares), 2), max(memory))
    assert span.limit == GIB


def test_after_eight_days_two_hours_are_one_sample_and_after_a_year_none(metrics: Metrics, clock: SetClock) -> None:
    """What is left is a line for each two hours, then nothing, not even the container's name."""
    for at in range(NOON - DAY, NOON, QUARTER):
        metrics.keep("local", at, [sample(1, at)])
    _believed(metrics, clock, NOON + 9 * DAY)
    spans = metrics.past("local", NOON - 2 * DAY, NOON, 1).series[0].spans
    assert [span.at for span in spans] == list(range(NOON - DAY, NOON, LONG))
    assert sum(span.looks for span in spans) == DAY // QUARTER
    _believed(metrics, clock, NOON + 366 * DAY)
    assert metrics.past("local", 0, clock.at, LONG).series == []
    assert metrics.baselines("local") == {}


def test_a_minute_counts_once(metrics: Metrics) -> None:
    """A second look in it changes nothing, whatever it saw."""
    metrics.keep("local", NOON, [sample(1, NOON)])
    metrics.keep("local", NOON, [sample(1, NOON), sample(2, NOON)])
    assert _one(metrics).spans[0].looks == 1
    assert metrics.past("local", 0, NOON + 1, DAY).looks == 1


def test_what_a_clock_that_was_ahead_wrote_is_dropped(metrics: Metrics, clock: SetClock) -> None:
    """Once it is put right, samples of a time that is still to come are none."""
    ahead = NOON + 2 * AHEAD
    clock.at = ahead
    metrics.keep("local", ahead, [sample(1, NOON)])
    metrics.weigh("local", Disk(ahead, 1, 2, 3, 4))
    metrics.miss("local", ahead)
    clock.at = NOON
    metrics.keep("local", NOON, [sample(1, NOON)])
    _believed(metrics, clock, NOON)
    past = metrics.past("local", NOON, NOON + WEEK, MINUTE)
    assert [span.at for span in past.series[0].spans] == [NOON]
    assert (past.absences, metrics.disks("local", NOON, NOON + WEEK)) == ([], [])


def test_a_clock_that_leaps_takes_nothing_away(metrics: Metrics, clock: SetClock) -> None:
    """For one look it is more than a year ahead, for another forty years behind: all stays as it was."""
    for at in range(NOON - 2 * DAY, NOON, QUARTER):
        clock.at = at
        metrics.keep("local", at, [sample(1, at)])
        metrics.weigh("local", Disk(at, 1, 2, 3, 4))
    for leap in (NOON + 400 * DAY, NOON - 40 * 365 * DAY):
        clock.at = leap // QUARTER * QUARTER
        metrics.keep("local", int(clock.at), [sample(1, NOON)])
    past = metrics.past("local", NOON - 2 * DAY, NOON, 2 * DAY)
    assert (past.looks, past.series[0].spans[0].looks) == (2 * DAY // QUARTER, 2 * DAY // QUARTER)
    assert len(metrics.disks("local", 0, NOON)) == 2 * DAY // QUARTER


def test_no_minute_counts_twice_whatever_the_clock_does(metrics: Metrics, clock: SetClock) -> None:
    """It is two days ahead for a look, then put back by half an hour; and later back by two days."""
    for first, last in ((NOON - 3600, NOON + 300), (NOON + 2 * DAY, NOON + 2 * DAY + 1), (NOON - 1800, NOON + 1800)):
        for at in range(first, last, MINUTE):
            clock.at = at
            metrics.keep("local", at, [sample(1, at)])
    past = metrics.past("local", NOON - 3600, NOON + 1800, DAY)
    assert (past.looks, past.series[0].spans[0].looks) == (90, 90)
    _believed(metrics, clock, NOON + 3 * DAY)
    for at in range(NOON - 1740, NOON + 1800, MINUTE):
        clock.at = at
        metrics.keep("local", at, [sample(1, at)])
    past = metrics.past("local", NOON - 3600, NOON + 1800, DAY)
    assert (past.looks, past.series[0].spans[0].looks) == (90, 90)
    _believed(metrics, clock, NOON + 12 * DAY)
    metrics.keep("local", NOON + MINUTE, [sample(1, NOON)])
    assert metrics.past("local", NOON - LONG, NOON + LONG, DAY).looks == 90


def test_thinning_weighs_each_mean_by_how_often_it_was_measured(metrics: Metrics, clock: SetClock) -> None:
    """One look in ten of the first quarter tells something, all ten of the second do; the limit is not forgotten."""
    busy = Sample(container(1), "running", processor=100.0, memory=100 * MIB, limit=GIB)
    for at in range(NOON, NOON + 10 * MINUTE, MINUTE):
        metrics.keep("local", at, [busy if at == NOON else Sample(container(1), "running")])
        idle = Sample(container(1), "running", processor=0.0, memory=MIB)
        metrics.keep("local", at + QUARTER, [idle])
    _believed(metrics, clock, NOON + 9 * DAY)
    found = _one(metrics)
    (span,) = found.spans
    assert (span.looks, span.timed, span.weighed, found.limit) == (20, 11, 11, GIB)
    assert span.processor == pytest.approx(100 / 11, abs=0.01)
    assert span.memory == 10 * MIB
    assert (span.processor_most, span.memory_most) == (100.0, 100 * MIB)


def test_what_was_never_measured_is_unknown(metrics: Metrics) -> None:
    """It is no zero."""
    metrics.keep("local", NOON, [Sample(container(1), "restarting")])
    (span,) = _one(metrics).spans
    assert (span.processor, span.processor_most, span.memory, span.memory_most) == (None, None, None, None)
    assert (span.looks, span.restarting, span.timed, span.weighed) == (1, 1, 0, 0)


def test_the_disk_and_absences_grow_old_too(metrics: Metrics, clock: SetClock) -> None:
    """After eight days one weighing in two hours is left, after a year none, and no absence."""
    for at in range(NOON, NOON + DAY, QUARTER):
        metrics.weigh("local", Disk(at, 1, 2, 3, 4))
    metrics.miss("local", NOON)
    _believed(metrics, clock, NOON + 9 * DAY)
    assert [each.at for each in metrics.disks("local", 0, clock.at)] == list(range(NOON, NOON + DAY, LONG))
    assert metrics.past("local", 0, clock.at, LONG).absences != []
    _believed(metrics, clock, NOON + 367 * DAY)
    assert metrics.disks("local", 0, clock.at) == []
    assert metrics.past("local", 0, clock.at, LONG).absences == []


def test_of_too_many_containers_those_in_trouble_and_the_largest_are_kept(metrics: Metrics) -> None:
    """And it is known of how many nothing was kept; what is stopped goes before what runs."""
    many = [Sample(container(number), "running", memory=number * MIB) for number in range(1, MOST + 1)]
    looping = Sample(container(900, "looping"), "restarting", restarts=4)
    ill = Sample(container(901, "ill"), "running", "unhealthy", memory=0)
    stopped = [Sample(container(number), "exited") for number in range(902, 910)]
    metrics.keep("local", NOON, [*stopped, *many, ill, looping])
    metrics.keep("local", NOON + MINUTE, [*stopped, *many, replace(looping, restarts=9)])
    past = metrics.past("local", NOON, NOON + DAY, DAY)
    spans = {each.seen.name: each.spans[0] for each in past.series}
    assert spans["looping"].restarts == 5
    assert len(spans) == MOST + 1
    assert {"ill", f"app-{MOST}"} <= set(spans)
    assert ("app-01" in spans, "app-02" in spans, "app-03" in spans) == (False, True, True)
    assert past.left_out == 2
    metrics.keep("other", NOON, [*many, *stopped])
    alone = metrics.past("other", NOON, NOON + DAY, DAY)
    assert (len(alone.series), alone.left_out) == (MOST, 0)
    assert MOST == 500  # as docs/reports.md says


def test_a_new_name_is_noted_also_of_those_of_which_nothing_is_kept(metrics: Metrics) -> None:
    """By it they are judged when they are gone."""
    metrics.keep("local", NOON, [Sample(container(0, "open"), "running", memory=1)])
    renamed = Sample(container(0, "secret"), "running", memory=1)
    crowd = [Sample(container(number), "running", memory=MIB) for number in range(1, MOST + 1)]
    metrics.keep("local", NOON + MINUTE, [renamed, *crowd])
    assert {each.seen.id: each.seen.name for each in metrics.past("local", 0, NOON + DAY, DAY).series}[
        container(0).id
    ] == "secret"


def test_an_engine_s_minute_says_how_many_were_in_which_state(metrics: Metrics, tmp_path: Path) -> None:
    """Running, paused, about to be restarted, and all others."""
    states = (
        "running",
        "running",
        "running",
        "paused",
        "paused",
        "restarting",
        "exited",
        "created",
        "dead",
        "removing",
    )
    metrics.keep("local", NOON, [Sample(container(number), state) for number, state in enumerate(states)])
    asked = "SELECT looks, running, paused, restarting, stopped FROM engine_minutes"
    assert _rows(tmp_path, asked) == [(1, 3, 2, 1, 4)]


def test_a_container_that_only_goes_on_is_not_forgotten(metrics: Metrics, tmp_path: Path) -> None:
    """That it is there is noted anew each hour, though nothing else about it is."""
    for at in (NOON, NOON + MINUTE, NOON + FRESH):
        metrics.keep("local", at, [Sample(container(1), "running", restarts=0)])
    assert _rows(tmp_path, "SELECT last FROM containers") == [(NOON + FRESH,)]


@pytest.mark.parametrize("ids", [("sha256:" + "b" * 64,), ("b" * 12,)], ids=["whole", "short"])
def test_an_image_keeps_the_name_that_it_had(metrics: Metrics, ids: tuple[str]) -> None:
    """A list tells the id where the name is another image's by now; where it always did, the name is not known."""
    named = replace(container(1), image="shop/secret:1", image_id="sha256:" + "b" * 64)
    metrics.keep("local", NOON, [Sample(named, "running")])
    metrics.keep("local", NOON + MINUTE, [Sample(replace(named, image=ids[0]), "running")])
    assert (_one(metrics).seen.image, _one(metrics).seen.unnamed) == ("shop/secret:1", False)
    metrics.keep("other", NOON, [Sample(replace(named, image=ids[0]), "running")])
    (found,) = metrics.past("other", 0, NOON + DAY, DAY).series
    assert (found.seen.image, found.seen.unnamed) == (ids[0], True)


def test_restarts_until_it_was_given_up_are_counted_once(metrics: Metrics) -> None:
    """Of one that is new, and of one that ran before; whoever starts it then begins at 0."""
    old = replace(sample(1, NOON), restarts=1)
    metrics.keep("local", NOON, [old])
    tried = Sample(container(2), "exited", restarts=4, created=NOON)
    given_up = replace(old, state="exited", restarts=3, memory=None)
    metrics.keep("local", NOON + MINUTE, [given_up, tried])
    metrics.keep("local", NOON + 2 * MINUTE, [replace(each, restarts=None) for each in (given_up, tried)])
    metrics.keep("local", NOON + 3 * MINUTE, [replace(old, restarts=1), replace(tried, restarts=None)])
    spans = {each.seen.name: each.spans[0] for each in metrics.past("local", 0, NOON + DAY, DAY).series}
    assert {name: (span.restarts, span.looks, span.up) for name, span in spans.items()} == {
        "app-01": (2 + 1, 3, 2),
        "app-02": (4, 1, 0),
    }


def test_what_has_no_samples_is_bounded_too(tmp_path: Path, clock: SetClock) -> None:
    """Containers that come and go between two looks: the file stays small, with its log, and is written on."""
    room = 400_000
    metrics = Metrics(tmp_path, clock, room=room)
    for step, at in enumerate(range(NOON, NOON + 235 * MINUTE, MINUTE)):
        clock.at = at
        gone = [Sample(container(5 * step + number), "exited") for number in range(5)]
        metrics.keep("local", at, gone)
    clock.at = NOON + 240 * MINUTE
    metrics.keep("local", NOON + 240 * MINUTE, [sample(1, NOON)])
    assert metrics.past("local", NOON + 240 * MINUTE, NOON + DAY, DAY).looks == 1
    assert (tmp_path / FILE).stat().st_size < room * 3 // 2
    assert (tmp_path / f"{FILE}-wal").stat().st_size < room
    metrics.close()


def test_a_file_that_is_moved_away_begins_anew(metrics: Metrics, tmp_path: Path) -> None:
    """While it is used, with or without what SQLite keeps beside it; and what was moved can be read."""
    metrics.keep("local", NOON, [sample(1, NOON)])
    (tmp_path / FILE).rename(tmp_path / "moved.db")
    metrics.keep("local", NOON + MINUTE, [sample(2, NOON)])
    assert [each.seen.name for each in metrics.past("local", 0, NOON + DAY, DAY).series] == ["app-02"]
    for each in tmp_path.glob(f"{FILE}*"):
        each.rename(tmp_path / f"away-{each.name}")
    metrics.weigh("local", Disk(NOON, 1, 2, 3, 4))
    assert metrics.past("local", 0, NOON + DAY, DAY).series == []
    with closing(sqlite3.connect(tmp_path / "moved.db")) as db:
        assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)


def test_a_file_of_before_is_read_on(tmp_path: Path, clock: SetClock) -> None:
    """In it every look counted as one that told the memory."""
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        for statement in MIGRATIONS[0]:
            db.execute(statement)
        db.execute("INSERT INTO hosts VALUES (1, 'local')")
        db.execute("INSERT INTO containers VALUES (1, 1, 'f', '', 'web', 'app:1', '{}', 9, 0, ?)", (NOON,))
        db.execute("INSERT INTO minutes VALUES (?, 1, 2, 2, 0, 0, 0, 100, 100, 2, 7, 7)", (NOON,))
        db.execute("INSERT INTO engine_minutes VALUES (?, 1, 1, 1, 0, 0, 0)", (NOON,))
        db.execute("PRAGMA user_version = 1")
        db.commit()
    metrics = Metrics(tmp_path, clock)
    past = metrics.past("local", 0, NOON + DAY, DAY)
    metrics.close()
    assert (past.series[0].spans[0].memory, past.series[0].spans[0].weighed, past.left_out) == (7, 2, 0)


def test_restarts_are_counted_from_the_first_look_on(metrics: Metrics) -> None:
    """What was there before has none to its name; what is new has all; a start by hand begins at 0 again."""
    old, new = replace(sample(1, NOON), restarts=40), replace(sample(2, NOON), restarts=3, created=NOON)
    metrics.keep("local", NOON, [old])
    metrics.keep("local", NOON + MINUTE, [replace(old, restarts=42), new])
    metrics.keep("local", NOON + 2 * MINUTE, [replace(old, restarts=1), replace(new, restarts=None)])
    metrics.keep("local", NOON + 3 * MINUTE, [old, replace(new, restarts=4)])
    past = metrics.past("local", NOON, NOON + DAY, DAY)
    assert {each.seen.name: each.spans[0].restarts for each in past.series} == {"app-01": 2 + 1 + 39, "app-02": 4}
    assert metrics.baselines("local") == {container(1).id: 40, container(2).id: 4}


def test_what_is_stopped_takes_no_room(metrics: Metrics) -> None:
    """It is counted with its engine, and has no samples."""
    metrics.keep("local", NOON, [replace(sample(1, NOON), state="exited"), replace(sample(2, NOON), state="paused")])
    assert [(each.seen.name, each.spans[0].up) for each in metrics.past("local", 0, NOON + 1, DAY).series] == [
        ("app-02", 0)
    ]


@pytest.mark.parametrize("labels", [{"long": "x" * LABELS}, {"token": "ghp_" + "a1" * 18}], ids=["long", "secret"])
def test_a_container_goes_by_the_name_that_it_has_now(metrics: Metrics, labels: dict[str, str]) -> None:
    """Its samples stay its own; labels that are too long to be kept, or that tell a secret, are not known."""
    metrics.keep("local", NOON, [sample(1, NOON)])
    renamed = replace(container(1), name="new", labels=labels)
    metrics.keep("local", NOON + MINUTE, [Sample(renamed, "running", memory=MIB)])
    found = _one(metrics)
    assert (found.seen.name, found.seen.labels, found.seen.untold, found.spans[0].looks) == ("new", {}, True, 2)


def test_the_oldest_go_where_there_is_no_room(tmp_path: Path, clock: SetClock) -> None:
    """A tenth of the time at once, and the newest stay."""
    metrics = Metrics(tmp_path, clock, room=150_000)
    fill(metrics, clock, DAY, step=QUARTER)
    spans = metrics.past("local", NOON - DAY, NOON, QUARTER).series[0].spans
    metrics.close()
    assert spans[0].at > NOON - DAY
    assert spans[-1].at == NOON - QUARTER


def test_minutes_without_an_answer_are_one_absence(metrics: Metrics) -> None:
    """It grows by the minute, and told twice it is one; of one beyond what is asked for, the part within is told."""
    for minute in (0, 1, 1, 0, 3, 5, 6, 7, 6):
        metrics.miss("local", NOON + minute * MINUTE)
    metrics.miss("other", NOON)
    assert metrics.past("local", NOON + MINUTE, NOON + DAY, DAY).absences == [
        (NOON + MINUTE, NOON + 2 * MINUTE),
        (NOON + 3 * MINUTE, NOON + 4 * MINUTE),
        (NOON + 5 * MINUTE, NOON + 8 * MINUTE),
    ]


def test_the_disk_is_weighed_once_in_a_quarter(metrics: Metrics) -> None:
    """A second time changes nothing; what is not known of it stays unknown."""
    metrics.weigh("local", Disk(NOON + 10, 4, 3, 2, 1))
    metrics.weigh("local", Disk(NOON + 70, 9, 9, 9, 9))
    (found,) = metrics.disks("local", NOON, NOON + DAY)
    assert (found, found.taken) == (Disk(NOON, 4, 3, 2, 1), 10)


def test_a_broken_file_of_samples_stops_nothing(tmp_path: Path) -> None:
    """Nothing can be kept in it, which is told; the record takes what it took before."""
    (tmp_path / FILE).write_bytes(b"this is no database at all" * 100)
    store = Store(tmp_path, SetClock(NOON), KEY)
    with pytest.raises(Unwritable, match=r"metrics\.db is damaged"):
        store.metrics.keep("local", NOON, [])
    assert begin(store) == 1
    store.close()


@pytest.mark.parametrize("labels", ["{", "[]", "7", "null", ""])
def test_damaged_labels_are_labels_that_are_not_known(tmp_path: Path, metrics: Metrics, labels: str) -> None:
    """And end no report."""
    metrics.keep("local", NOON, [sample(1, NOON)])
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        db.execute("UPDATE containers SET labels = ?", (labels,))
    seen = _one(metrics).seen
    assert (seen.untold, seen.labels) == (True, {})
