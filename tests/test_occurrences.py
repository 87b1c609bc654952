"""When a cron expression comes due: weekdays, time zones, and the two nights on which the clocks change."""

from __future__ import annotations

import functools
from bisect import bisect_left
from datetime import datetime, timedelta
from itertools import count, islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.occurrences import Occurrences

BERLIN = "Europe/Berlin"
LORD_HOWE = "Australia/Lord_Howe"
HOUR, DAY = 3600.0, 86_400.0


def _at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def _local(moments: tuple[float, ...], zone: str) -> list[str]:
    return [f"{datetime.fromtimestamp(moment, ZoneInfo(zone)):%a %d %H:%M}" for moment in moments]


@pytest.mark.parametrize("weekday", ["0", "7", "sun", "Sun"])
def test_sunday_is_nought_and_seven(weekday: str) -> None:
    """Cron's numbers count from Sunday, APScheduler's from Monday."""
    assert _local(Occurrences(f"0 3 * * {weekday}", "UTC").following(_at("2026-06-01"), 2), "UTC") == [
        "Sun 07 03:00",
        "Sun 14 03:00",
    ]


def test_weekdays_are_monday_to_friday() -> None:
    """1-5 is the working week."""
    days = _local(Occurrences("0 3 * * 1-5", "UTC").following(_at("2026-06-05"), 3), "UTC")
    assert days == ["Fri 05 03:00", "Mon 08 03:00", "Tue 09 03:00"]


def test_a_time_that_comes_twice_counts_once() -> None:
    """02:30 on the night on which 03:00 becomes 02:00 again is the first of the two."""
    runs = Occurrences("30 2 * * *", BERLIN).following(_at("2026-10-24T12:00", BERLIN), 2)
    assert _local(runs, BERLIN) == ["Sun 25 02:30", "Mon 26 02:30"]
    assert runs[1] - runs[0] == DAY + HOUR


def test_an_hour_that_comes_twice_counts_once() -> None:
    """An hourly job has each local hour once, so that one pause is of two hours."""
    runs = Occurrences("0 * * * *", BERLIN).following(_at("2026-10-25T00:30", BERLIN), 4)
    assert _local(runs, BERLIN) == ["Sun 25 01:00", "Sun 25 02:00", "Sun 25 03:00", "Sun 25 04:00"]
    assert [later - earlier for earlier, later in pairwise(runs)] == [HOUR, 2 * HOUR, HOUR]


def test_nothing_is_due_again_within_the_second_of_two_equal_hours() -> None:
    """A bot that starts in the repeated hour does not run what the first one had."""
    second = _at("2026-10-25T01:10")  # 02:10 in Berlin for the second time
    assert _local(Occurrences("30 2 * * *", BERLIN).following(second, 1), BERLIN) == ["Mon 26 02:30"]


def test_a_time_that_is_left_out_comes_an_hour_later() -> None:
    """02:30 on the night without it is 03:30, once."""
    runs = Occurrences("30 2 * * *", BERLIN).following(_at("2026-03-28T12:00", BERLIN), 2)
    assert _local(runs, BERLIN) == ["Sun 29 03:30", "Mon 30 02:30"]


def test_what_is_left_out_and_what_follows_are_one_run() -> None:
    """Half past two, left out, is the same moment as half past three: it comes once."""
    runs = Occurrences("30 2,3 * * *", BERLIN).following(_at("2026-03-29T00:00", BERLIN), 2)
    assert _local(runs, BERLIN) == ["Sun 29 03:30", "Mon 30 02:30"]


def test_what_is_left_out_takes_nothing_away_that_comes() -> None:
    """On Lord Howe two becomes half past two: quarter past is quarter to three, and twenty to three comes before it."""
    runs = Occurrences("15,40 2 * * *", LORD_HOWE).following(_at("2026-10-03T12:00", LORD_HOWE), 4)
    assert _local(runs, LORD_HOWE) == ["Sun 04 02:40", "Sun 04 02:45", "Mon 05 02:15", "Mon 05 02:40"]


def test_a_zone_moves_the_run() -> None:
    """Three in Tokyo is six in the evening of the day before in UTC."""
    runs = Occurrences("0 3 * * *", "Asia/Tokyo").following(_at("2026-06-01"), 1)
    assert _local(runs, "UTC") == ["Mon 01 18:00"]


@pytest.mark.parametrize(
    ("cron", "zone", "told"),
    [
        ("0 3 * *", "UTC", "expected five"),
        ("@daily", "UTC", "expected five"),
        ("61 3 * * *", "UTC", "61"),
        ("x 3 * * *", "UTC", "x"),
        ("0 3 * * 8", "UTC", "day of the week"),
        ("0 3 1 * 1", "UTC", "one of the two"),
        ("0 3 30 2 *", "UTC", "never comes"),
        ("0 3 * * *", "Mars/Olympus", "no time zone"),
        ("0 3 * * *", "../../etc/passwd", "no time zone"),
    ],
)
def test_what_is_no_schedule_is_refused_with_a_sentence(cron: str, zone: str, told: str) -> None:
    """A typing error is told when the settings are read, not at night."""
    with pytest.raises(ValueError, match=told):
        Occurrences(cron, zone)


ZONES = st.sampled_from(["UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
CRONS = st.sampled_from(["17 3 * * *", "30 2 * * *", "0 * * * *", "*/20 1-3 * * *", "5 0 1 * *", "0 3 * * 0"])


@given(cron=CRONS, zone=ZONES, start=st.floats(_at("2020-01-01"), _at("2030-01-01")))
def test_runs_come_in_order_and_each_local_time_once(cron: str, zone: str, start: float) -> None:
    """From any moment the next runs are later and later, and no local time is among them twice."""
    runs = Occurrences(cron, zone).following(start, 8)
    assert start < runs[0]
    assert all(earlier < later for earlier, later in pairwise(runs))
    named = [datetime.fromtimestamp(run, ZoneInfo(zone)).replace(tzinfo=None) for run in runs]
    assert len(set(named)) == len(named)


@given(cron=CRONS, zone=ZONES, start=st.floats(_at("2020-01-01"), _at("2030-01-01")), later=st.floats(0, 3 * DAY))
def test_when_one_asks_changes_no_run(cron: str, zone: str, start: float, later: float) -> None:
    """The run after a later moment is one that was ahead before, or the clocks were put back in between."""
    occurrences = Occurrences(cron, zone)
    first = occurrences.after(start)
    again = occurrences.after(start + later)
    assert first is not None
    assert again is not None
    assert again == first if start + later < first else again > first or again in occurrences.until(start, again)


@functools.cache
def _changes() -> list[tuple[str, int]]:
    """A zone and a moment for each way in which clocks were ever changed, by how much and at what time of the day."""
    found: dict[tuple[object, ...], tuple[str, int]] = {}
    for zone in sorted(available_timezones()):
        info = ZoneInfo(zone)
        for week in range(int(_at("2010-01-01")), int(_at("2030-01-01")), int(7 * DAY)):
            before, after = (datetime.fromtimestamp(week + each, info).utcoffset() for each in (0, 7 * DAY))
            if before == after or before is None or after is None:
                continue
            minute = 60 * bisect_left(
                range(week // 60, week // 60 + 7 * 1440),
                True,
                key=lambda at, info=info, before=before: datetime.fromtimestamp(60 * at, info).utcoffset() != before,
            )
            shape = after - before, (week + minute + before.total_seconds()) % DAY
            found.setdefault(shape, (zone, week + minute))
    return list(found.values())


def _watched(minutes: set[int], hours: set[int], zone: str, start: int, length: int) -> list[float]:
    """What somebody finds with a watch and a list: what is left out as much later, what comes again not twice."""
    found, seen = set[float](), set[datetime]()
    info, minute = ZoneInfo(zone), timedelta(minutes=1)
    walls = [datetime.fromtimestamp(start + 60 * each, info).replace(tzinfo=None) for each in range(-1440, length)]
    for at, before, wall in zip(count(start - 60 * 1439, 60), walls, walls[1:], strict=False):
        left_out = [before + each * minute for each in range(1, (wall - before) // minute)]
        for each in (*left_out, wall):
            if each.minute in minutes and each.hour in hours and each not in seen:
                found.add(at + (each - before - minute).total_seconds() * (each != wall))
        seen |= {*left_out, wall}
    return sorted(each for each in found if each > start)


@pytest.mark.attack("F22")
@given(data=st.data())
def test_each_local_time_comes_once_wherever_clocks_change(data: st.DataObject) -> None:
    """Over all zones, and all the ways in which their clocks are put forward and back: none twice, and none lost."""
    zone, change = data.draw(st.sampled_from(_changes()))
    start = change + 60 * data.draw(st.integers(-200, 1_500))
    near = datetime.fromtimestamp(change - 60, ZoneInfo(zone)).hour
    hours = {(near + each) % 24 for each in data.draw(st.sets(st.integers(-1, 25), min_size=1))}
    minutes = data.draw(st.sets(st.integers(0, 59), min_size=1))
    cron = f"{','.join(map(str, minutes))} {','.join(map(str, hours))} * * *"
    model = _watched(minutes, hours, zone, start, 3_000)
    runs = list(islice(Occurrences(cron, zone).until(start, start + 60 * 1_400), 200))
    assert runs == [each for each in model if each <= start + 60 * 1_400][:200]
