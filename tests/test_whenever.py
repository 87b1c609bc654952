"""When something is due, and how people write that."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import dues, whenever
from bot.dues import COUNTED, Cron, Every, Once

BERLIN, APIA = "Europe/Berlin", "Pacific/Apia"
HOUR, DAY = 3600.0, 86_400.0


def _at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


NOW = _at("2026-11-27T17:30")  # a Friday


@pytest.mark.parametrize(
    ("said", "zone", "meant"),
    [
        ("18:00", "UTC", "2026-11-27T18:00"),
        ("17:30", "UTC", "2026-11-28T17:30"),
        ("9:05", "UTC", "2026-11-28T09:05"),
        ("today 23:59", "UTC", "2026-11-27T23:59"),
        ("tomorrow 18:00", "UTC", "2026-11-28T18:00"),
        ("Tomorrow 0:00", BERLIN, "2026-11-27T23:00"),
        ("fri 18:00", "UTC", "2026-11-27T18:00"),
        ("fri 9:00", "UTC", "2026-12-04T09:00"),
        ("Saturday 9:00", "UTC", "2026-11-28T09:00"),
        ("wednesday 9:00", BERLIN, "2026-12-02T08:00"),
        ("2026-12-01 18:00", BERLIN, "2026-12-01T17:00"),
        ("2026-12-01T18:00:30", "UTC", "2026-12-01T18:00:30"),
        ("in 2h", "UTC", "2026-11-27T19:30"),
        ("in 1h30m", APIA, "2026-11-27T19:00"),
        ("6pm", "UTC", "2026-11-27T18:00"),
        ("tomorrow 12:30AM", "UTC", "2026-11-28T00:30"),
        ("2026-12-01 18:00+02:00", "UTC", "2026-12-01T16:00"),
        ("2026-12-01T18:00z", BERLIN, "2026-12-01T18:00"),
    ],
)
def test_a_moment_is_read_as_people_write_it(said: str, zone: str, meant: str) -> None:
    """By the clock of the zone, and never one that has passed."""
    found = whenever.at(said, zone, NOW)
    assert found.after(NOW) == _at(meant)
    assert dues.read(dues.kind(found), found.expression, found.zone) == found
    assert whenever.at(found.expression, zone, NOW) == found


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("today 9:00", "is past: it is 2026-11-27 17:30 in UTC"),
        ("2026-11-01 9:00", "is past"),
        ("2028-01-01 9:00", "too far ahead"),
        ("in 500d", "366 days ahead at most"),
        ("in 0s", "has to be ahead"),
        ("in 0m", "has to be ahead"),
        ("13pm", "no time of the day"),
        ("0am", "no time of the day"),
        ("tomorrow 18", "expected 18:00"),
        ("2026-02-30 9:00Z", "expected 18:00"),
        ("2026-02-30 09:00Z", "no moment of the calendar"),
        ("9999-12-31 23:59-12:00", "no moment of the calendar"),
        ("1٨:00", "expected 18:00"),
        ("24:00", "no time of the day"),
        ("2026-02-30 9:00", "no day of the calendar"),
        ("noon", "expected 18:00"),
        ("frittata 9:00", "expected 18:00"),
        ("in a while", "expected 18:00"),
        ("", "expected 18:00"),
    ],
)
def test_what_is_no_moment_is_told_with_what_is_expected(said: str, told: str) -> None:
    """A typing error is told at once."""
    with pytest.raises(ValueError, match=told):
        whenever.at(said, "UTC", NOW)


def test_a_moment_that_is_left_out_comes_as_much_later() -> None:
    """Half past two on the night on which two becomes three is half past three."""
    assert whenever.at("2026-03-29 2:30", BERLIN, _at("2026-03-28")).after(0) == _at("2026-03-29T01:30")


def test_a_moment_that_comes_twice_is_the_first() -> None:
    """And once that has passed, the time of the next day is meant."""
    night = _at("2026-10-24T20:00")
    first = _at("2026-10-25T00:30")
    assert whenever.at("2:30", BERLIN, night).after(0) == first
    assert whenever.at("2:30", BERLIN, first + 60).after(0) == _at("2026-10-26T01:30")


def test_what_is_reckoned_from_now_is_that_long_whatever_the_clocks_do() -> None:
    """On the night on which three becomes two again, a time that comes twice is the one that is meant."""
    night = _at("2026-10-24T22:30")
    for hours in range(1, 6):
        for said in (night, night + HOUR, night + 1.75 * HOUR, night + 2.75 * HOUR):
            found = whenever.at(f"in {hours}h", BERLIN, said)
            assert found.after(0) == said + hours * HOUR
            assert whenever.at(found.expression, BERLIN, said) == found
    assert str(whenever.at("in 3h", BERLIN, night)) == "once at 2026-10-25 02:30 (Europe/Berlin)"


@pytest.mark.parametrize(
    ("said", "seconds", "told"),
    [("90m", 5400, "1h30m"), ("6h", 21_600, "6h"), ("1d", 86_400, "1d"), ("60s", 60, "1m"), ("2w", 1_209_600, "2w")],
)
def test_an_interval_is_counted_from_when_it_was_said(said: str, seconds: int, told: str) -> None:
    """Never at once, and always as long after the one before."""
    found = whenever.every(said, "UTC", NOW - 0.5)
    assert dues.ahead(found, NOW, 2) == (NOW + seconds, NOW + 2 * seconds)
    assert dues.ahead(found, NOW - 10 * DAY, 1) == (NOW + seconds,)
    assert str(found) == f"every {told}"
    assert dues.read("every", found.expression, found.zone) == found


@pytest.mark.parametrize(
    ("said", "told"), [("59s", "from 60s"), ("367d", "to 366d"), ("6", "expected 90m"), ("six hours", "expected 90m")]
)
def test_what_is_no_interval_is_told_with_what_is_expected(said: str, told: str) -> None:
    """Nor one that would be due all the time."""
    with pytest.raises(ValueError, match=told):
        whenever.every(said, "UTC", NOW)


def test_what_is_no_cron_expression_is_told_with_what_is_expected() -> None:
    """The first word of a line is when, in quotes."""
    with pytest.raises(ValueError, match="in quotes"):
        whenever.by_cron("0", "UTC")
    with pytest.raises(ValueError, match="has the minute '61'"):
        whenever.by_cron("61 3 * * *", "UTC")
    with pytest.raises(ValueError, match="'Mars' is no time zone"):
        whenever.by_cron("0 3 * * *", "Mars")
    assert whenever.by_cron(" 0 3  * * sun ", BERLIN) == Cron("0 3 * * sun", BERLIN)


def test_what_has_passed_is_counted_from_the_first_to_the_last() -> None:
    """Each is one of them; of very many the last is known all the same."""
    hourly = Cron("0 * * * *", "UTC")
    assert dues.passed(hourly, NOW, NOW + 60) is None
    found = dues.passed(hourly, NOW, NOW + 2.6 * HOUR)
    assert found is not None
    assert (found.first, found.last, found.count) == (NOW + HOUR / 2, NOW + 2.5 * HOUR, 3)
    many = dues.passed(hourly, NOW, NOW + 400 * DAY)
    assert many is not None
    assert (many.last, many.count) == (NOW + 400 * DAY - HOUR / 2, COUNTED + 1)
    yearly = dues.passed(Cron("0 0 1 1 *", "UTC"), NOW, NOW + 40 * DAY)
    assert yearly is not None
    assert (yearly.first, yearly.count) == (_at("2027-01-01"), 1)


@given(
    due=st.sampled_from([Cron("*/7 * * * *", BERLIN), Every(61, 1_700_000_000, "UTC"), Cron("30 2 * * *", BERLIN)]),
    start=st.floats(_at("2024-01-01"), _at("2026-01-01")),
    length=st.floats(0, 9 * DAY),
)
def test_the_last_that_has_passed_is_the_last_of_all(due: dues.Due, start: float, length: float) -> None:
    """However many they are, nothing lies between it and the end."""
    found = dues.passed(due, start, start + length)
    if found is None:
        assert due.after(start) > start + length
        return
    assert start < found.first <= found.last <= start + length
    assert due.after(found.last) > start + length
    moments = dues.ahead(due, start, 4)
    assert all(earlier < later for earlier, later in pairwise(moments))


def test_a_moment_of_a_second_is_told_with_it() -> None:
    """What is reckoned from now is kept to the second."""
    assert str(Once("2026-12-01 18:00:00", "UTC")) == "once at 2026-12-01 18:00 (UTC)"
    made = Once.at(NOW + 0.4, "UTC")
    assert str(made) == "once at 2026-11-27 17:30:01 (UTC)"
    assert datetime.fromtimestamp(made.after(0) or 0, UTC).second == 1
