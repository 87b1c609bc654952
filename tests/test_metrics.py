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

from bot.metrics import FILE, LABELS, Metrics, Sample
from bot.store import Store, Unwritable
from bot.thinning import AHEAD, DAY, LONG, MINUTE, QUARTER
from commands.samples import Disk, Series

WEEK = 7 * DAY
MOST = 20_000_000  # bytes of a week of MANY containers


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


def _one(metrics: Metrics, since: float = 0.0) -> Series:
    (found,) = metrics.past("local", since, NOON + WEEK, WEEK).series
    return found


def test_a_week_of_fifty_containers_is_small(week: Path) -> None:
    """The file and what SQLite keeps beside it."""
    assert sum(each.stat().st_size for each in week.iterdir()) < MOST


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
    clock.at = NOON + 9 * DAY
    metrics.keep("local", int(clock.at), [])
    spans = metrics.past("local", NOON - 2 * DAY, NOON, 1).series[0].spans
    assert [span.at for span in spans] == list(range(NOON - DAY, NOON, LONG))
    assert sum(span.looks for span in spans) == DAY // QUARTER
    clock.at = NOON + 366 * DAY
    metrics.keep("local", int(clock.at), [])
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
    clock.at = NOON + 2 * AHEAD
    metrics.keep("local", int(clock.at), [sample(1, NOON)])
    clock.at = NOON
    metrics.keep("local", NOON, [sample(1, NOON)])
    assert [span.at for span in metrics.past("local", NOON, NOON + WEEK, MINUTE).series[0].spans] == [NOON]


def test_restarts_are_counted_from_the_first_look_on(metrics: Metrics) -> None:
    """What was there before has none to its name; what is new has all; a start by hand begins at 0 again."""
    old, new = replace(sample(1, NOON), restarts=40), replace(sample(2, NOON), restarts=3, created=NOON + 30)
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
    """It grows by the minute; of one that reaches beyond what is asked for, the part within is told."""
    for at in (NOON, NOON + MINUTE, NOON + MINUTE, NOON + 5 * MINUTE):
        metrics.miss("local", at)
    metrics.miss("other", NOON)
    assert metrics.past("local", NOON + MINUTE, NOON + DAY, DAY).absences == [
        (NOON + MINUTE, NOON + 2 * MINUTE),
        (NOON + 5 * MINUTE, NOON + 6 * MINUTE),
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
