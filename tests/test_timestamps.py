"""Points in time and ages as --since, --until and the filter until= take them: the answers are docker 28's own."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from commands.gotime import NANOSECONDS, duration
from commands.timestamps import epoch, timestamp

NOW = 1_700_000_000.25

# What docker 28 sent to the engine for each, and what it said of those that it did not take.
TIMES = [
    ("2024", "2024"),
    ("+5", "+5"),
    ("0", "0"),
    ("1704189600.5", "1704189600.5"),
    ("2024-01-02", "1704153600.000000000"),
    ("2024-01-02Z", "1704153600.000000000"),
    ("2024-01-02+02:00", "1704146400.000000000"),
    ("2024-01-02-02:00", "1704160800.000000000"),
    ("2024-01-02T10", "1704189600.000000000"),
    ("2024-01-02T10:30", "1704191400.000000000"),
    ("2024-01-02T10:30:15", "1704191415.000000000"),
    ("2024-01-02T10:30:15Z", "1704191415.000000000"),
    ("2024-01-02T10:30:15.5Z", "1704191415.500000000"),
    ("2024-01-02T10:30:15,5", "1704191415.500000000"),
    ("2024-01-02T10:30:15.123456789+02:00", "1704184215.123456789"),
    ("2024-02-29T23:59", "1709251140.000000000"),
    ("0000-01-01", "-62167219200.000000000"),
    ("9999-12-31", "253402214400.000000000"),
    ("1900-02-28T00:00:00.000000001", "-2203977600.000000001"),
]
REFUSED = [
    ("foo", 'failed to parse value as time or duration: "foo"'),
    ("1d", 'failed to parse value as time or duration: "1d"'),
    ("1h1", 'failed to parse value as time or duration: "1h1"'),
    ("5 h", 'failed to parse value as time or duration: "5 h"'),
    ("5H", 'failed to parse value as time or duration: "5H"'),
    (".5", 'failed to parse value as time or duration: ".5"'),
    ("1.", 'failed to parse value as time or duration: "1."'),
    ("1.5.5", 'failed to parse value as time or duration: "1.5.5"'),
    ("1e3", 'failed to parse value as time or duration: "1e3"'),
    ("1_000", 'failed to parse value as time or duration: "1_000"'),
    ("12345678901234567890", 'failed to parse value as time or duration: "12345678901234567890"'),
    ("99999999999h", 'failed to parse value as time or duration: "99999999999h"'),
    ("2024/01/02", 'failed to parse value as time or duration: "2024/01/02"'),
    ("T", 'failed to parse value as time or duration: "T"'),
    ("-", 'parsing time "-" as "2006-01-02": cannot parse "-" as "2006"'),
    ("a-b", 'parsing time "a-b" as "2006-01-02": cannot parse "a-b" as "2006"'),
    ("24-01-02", 'parsing time "24-01-02" as "2006-01-02": cannot parse "24-01-02" as "2006"'),
    ("2024-1-02", 'parsing time "2024-1-02" as "2006-01-02": cannot parse "1-02" as "01"'),
    ("2024-13-01", 'parsing time "2024-13-01": month out of range'),
    ("2024-01-32", 'parsing time "2024-01-32": day out of range'),
    ("2024-02-30", 'parsing time "2024-02-30": day out of range'),
    ("1900-02-29", 'parsing time "1900-02-29": day out of range'),
    ("2024-01-02T", 'parsing time "2024-01-02T" as "2006-01-02T15": cannot parse "" as "15"'),
    ("2024-01-02Tx", 'parsing time "2024-01-02Tx" as "2006-01-02T15": cannot parse "x" as "15"'),
    ("2024-01-02T25", 'parsing time "2024-01-02T25": hour out of range'),
    ("2024-01-02T10:61", 'parsing time "2024-01-02T10:61": minute out of range'),
    ("2024-01-02T10:00:61", 'parsing time "2024-01-02T10:00:61": second out of range'),
    ("2024-01-02T10:00:00.x", 'parsing time "2024-01-02T10:00:00.x": extra text: ".x"'),
    (
        "2024-01-02T10:00:00+2",
        'parsing time "2024-01-02T10:00:00+2" as "2006-01-02T15:04Z07:00": cannot parse ":00+2" as "Z07:00"',
    ),
    ("2024-01-02T10:00:00Zx", 'parsing time "2024-01-02T10:00:00Zx": extra text: "x"'),
    ("2024-01-02+25:00", 'parsing time "2024-01-02+25:00": time zone offset hour out of range'),
    ("2024-01-02+02:61", 'parsing time "2024-01-02+02:61": time zone offset minute out of range'),
    ("2024-01-02 10:00", 'parsing time "2024-01-02 10:00": extra text: " 10:00"'),
    ('2024-01-02"', 'parsing time "2024-01-02\\"": extra text: "\\""'),
    ("2024-01-02é", 'parsing time "2024-01-02\\xc3\\xa9": extra text: "\\xc3\\xa9"'),
]
AGES = {"42m": 2520, "1h30m": 5400, "-1.5h": -5400, "1h2m3.5s": 3723.5, "90s": 90, "1µs": 1e-6, "+2h": 7200, "-0": 0}


@pytest.mark.parametrize(("text", "sent"), TIMES)
def test_a_point_in_time_is_sent_as_docker_sends_it(text: str, sent: str) -> None:
    """Unix seconds go as they are; dates in UTC become seconds and nanoseconds."""
    assert timestamp(text, NOW) == sent


@pytest.mark.parametrize(("text", "wrong"), REFUSED)
def test_what_is_no_time_is_refused_in_dockers_words(text: str, wrong: str) -> None:
    """With the layout that was expected and where it went wrong."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the words are what is looked at
        timestamp(text, NOW)
    assert str(refused.value) == wrong


@pytest.mark.parametrize("text", AGES)
def test_an_age_is_counted_back_from_now(text: str) -> None:
    """In whole seconds, rounded down."""
    assert timestamp(text, NOW) == str(math.floor(NOW - AGES[text]))


@pytest.mark.parametrize(
    ("text", "seconds"), [("10.5", 10.5), ("1970-01-01T00:00:01.25Z", 1.25), ("15s", 1_699_999_985)]
)
def test_the_same_time_in_seconds(text: str, seconds: float) -> None:
    """Fractions included."""
    assert epoch(text, NOW) == seconds


@given(st.integers(0, 10**6), st.integers(0, 59), st.integers(0, 59), st.sampled_from(["", "-", "+"]))
def test_durations_add_up(hours: int, minutes: int, seconds: int, sign: str) -> None:
    """Every unit counts, and the sign is for all of them."""
    total = ((hours * 60 + minutes) * 60 + seconds) * NANOSECONDS
    assert duration(f"{sign}{hours}h{minutes}m{seconds}s") == (-total if sign == "-" else total)


@given(st.text(max_size=12) | st.from_regex(r"[0-9]{4}-[0-9:T+Z.-]{0,20}", fullmatch=True))
@example("9" * 5000)
@example("9" * 5000 + "h")
@example("1." + "9" * 5000)
def test_nothing_that_is_typed_makes_it_fall_over(text: str) -> None:
    """It is a time, or it is refused in words that show it."""
    try:
        told = timestamp(text, NOW)
    except ValueError as error:
        told = str(error)
        assert "pars" in told
    assert told
