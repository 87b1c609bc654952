"""Ages, sizes, moments, names and columns against what docker 28.2.2 printed for the same values."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands import reference, units
from commands.container.ls import image_name
from commands.tabwriter import align, ellipsis, width

RECORD = json.loads((Path(__file__).parent / "stored" / "units.json").read_text())
MINUTE, HOUR, DAY = 60, 3600, 86400
YEAR = 365 * DAY
AGES = [
    (-100, "Less than a second"),
    (0, "Less than a second"),
    (0.99, "Less than a second"),
    (1, "1 second"),
    (2, "2 seconds"),
    (59, "59 seconds"),
    (60, "About a minute"),
    (119, "About a minute"),
    (120, "2 minutes"),
    (3599, "59 minutes"),
    (3600, "About an hour"),
    (5400, "2 hours"),
    (7199, "2 hours"),
    (86399, "24 hours"),
    (172799, "2 days"),
    (13 * DAY, "13 days"),
    (14 * DAY, "2 weeks"),
    (29 * DAY, "4 weeks"),
    (59 * DAY, "8 weeks"),
    (60 * DAY, "2 months"),
    (364 * DAY, "12 months"),
    (365 * DAY, "12 months"),
    (729 * DAY, "24 months"),
    (730 * DAY, "2 years"),
    (3000 * DAY, "8 years"),
]
SIZES = [
    (-1500, "-1.5e+03B", "-1500B"),
    (-1, "-1B", "-1B"),
    (0, "0B", "0B"),
    (999, "999B", "999B"),
    (1000, "1kB", "1kB"),
    (1001, "1kB", "1.001kB"),
    (9999, "10kB", "9.999kB"),
    (99949, "99.9kB", "99.95kB"),
    (99950, "100kB", "99.95kB"),
    (999499, "999kB", "999.5kB"),
    (999500, "1e+03kB", "999.5kB"),
    (999999, "1e+03kB", "1000kB"),
    (1984132, "1.98MB", "1.984MB"),
    (2746000, "2.75MB", "2.746MB"),
    (10**9 - 1, "1e+03MB", "1000MB"),
    (10**12, "1TB", "1TB"),
    (10**15, "1PB", "1PB"),
    (9 * 10**18, "9EB", "9EB"),
]
BINARY_SIZES = [
    (0, "0B"),
    (1023, "1023B"),
    (1024, "1KiB"),
    (1025, "1.001KiB"),
    (10239, "9.999KiB"),
    (1048575, "1024KiB"),
    (25276502016, "23.54GiB"),
    (10**12, "931.3GiB"),
    (10**15, "909.5TiB"),
    (2**63 - 1, "8EiB"),
]
UNITS = ["second", "minute", "hour", "day", "week", "month", "year"]


@pytest.mark.parametrize(("seconds", "text"), AGES)
def test_ages_are_docker_s(seconds: float, text: str) -> None:
    """A span is told as docker's CLI told it."""
    assert units.age(seconds) == text
    assert units.ago(seconds) == f"{text} ago"


@pytest.mark.parametrize(("octets", "three", "four"), SIZES)
def test_sizes_are_docker_s(octets: int, three: str, four: str) -> None:
    """Bytes with three and with four digits are what docker's CLI printed."""
    assert (units.size(octets), units.size(octets, 4)) == (three, four)


@pytest.mark.parametrize(("octets", "text"), BINARY_SIZES)
def test_binary_sizes_are_docker_s(octets: int, text: str) -> None:
    """Bytes in powers of 1024 are what docker's CLI printed."""
    assert units.binary_size(octets) == text


@given(st.integers(0, 200 * YEAR), st.integers(0, 200 * YEAR))
def test_an_older_thing_never_seems_younger(one: int, other: int) -> None:
    """Ages keep the order of the spans they tell."""
    low, high = sorted((one, other))
    assert _least(units.age(low)) <= _least(units.age(high))


def _least(text: str) -> int:
    """The seconds in a unit times their number, which grows with the span."""
    number, unit = re.fullmatch(r"(?:About )?(Less than a|an?|\d+) (\w+?)s?", text).groups()  # type: ignore[union-attr]
    count = {"Less than a": 0, "a": 1, "an": 1}.get(number) if not number.isdigit() else int(number)
    seconds = [1, MINUTE, HOUR, DAY, 7 * DAY, 30 * DAY, YEAR][UNITS.index(unit)]
    return (count or 0) * seconds


@given(st.integers(0, 10**24), st.sampled_from([3, 4]))
def test_a_size_says_the_bytes_to_its_digits(octets: int, digits: int) -> None:
    """What is read back from a size is within half of its last digit of the bytes."""
    number, unit = re.fullmatch(r"([0-9.e+]+)(\w*B)", units.size(octets, digits)).groups()  # type: ignore[union-attr]
    back = float(number) * 1000 ** ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"].index(unit)
    assert abs(back - octets) <= octets * 0.5 * 10 ** (1 - digits) * 1.0001


@given(st.integers(0, 2**80))
def test_a_binary_size_says_the_bytes_to_four_digits(octets: int) -> None:
    """The same for powers of 1024."""
    number, unit = re.fullmatch(r"([0-9.e+]+)(\w*B)", units.binary_size(octets)).groups()  # type: ignore[union-attr]
    back = float(number) * 1024 ** ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"].index(unit)
    assert abs(back - octets) <= octets * 0.0005001


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-24T00:28:45.32444988+01:00", "2026-11-24 00:28:45.32444988 +0100 +0100"),
        ("2026-11-24T00:28:45.300-05:30", "2026-11-24 00:28:45.3 -0530 -0530"),
        ("2026-11-24T00:28:45.000Z", "2026-11-24 00:28:45 +0000 UTC"),
        ("0001-01-01T00:00:00Z", "0001-01-01 00:00:00 +0000 UTC"),
        ("no time", "no time"),
    ],
)
def test_the_engine_s_times_are_shown_as_go_shows_them(text: str, shown: str) -> None:
    """The fraction loses its zeros, and the zone is the engine's own."""
    assert units.stamp(text) == shown


@given(st.integers(-62135596800, 253402300799))
def test_a_moment_reads_back(seconds: int) -> None:
    """A second since the epoch is told in full, in UTC, from the year 1 to 9999."""
    assert units.stamp(units.moment(seconds).replace(" +0000 UTC", "Z").replace(" ", "T")) == units.moment(seconds)


def test_names_stand_in_docker_s_order() -> None:
    """Numbers in names count as numbers, just as docker's CLI sorts them."""
    assert sorted(RECORD["order"], key=units.natural) == RECORD["order"]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_numbers_in_names_count_as_numbers(one: int, other: int) -> None:
    """web2 comes before web10."""
    keys = units.natural(f"web{one}"), units.natural(f"web{other}")
    assert (keys[0] < keys[1]) == (one < other)


@pytest.mark.parametrize(("image", "shown"), RECORD["images"])
def test_images_are_named_as_docker_names_them(image: str, shown: str) -> None:
    """What goes without saying is left out of a reference, and what is none stays as it is."""
    assert image_name(image) == shown


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_references(text: str) -> None:
    """Any text is a reference or none; a reference's familiar name reads back as the same one."""
    found = reference.parse(text)
    assert found is None or reference.parse(found.familiar) == reference.Reference(found.domain, found.path)


@pytest.mark.parametrize(("text", "aligned"), RECORD["columns"])
def test_columns_are_docker_s(text: str, aligned: str) -> None:
    """Tabs become columns where docker's CLI makes them, wide characters and marks included."""
    assert align(f"{text}\n", 20, 1) == aligned


@given(st.lists(st.lists(st.text("ab漢é", max_size=4), min_size=3, max_size=3), min_size=1, max_size=6))
def test_every_cell_of_a_column_starts_at_the_same_place(rows: list[list[str]]) -> None:
    """In a whole table each cell begins where the others of its column do, at least three spaces after the last."""
    shown = align("\n".join("\t".join(row) for row in rows)).split("\n")
    widest = [max(10, *(width(row[column]) + 3 for row in rows)) for column in range(2)]
    for row, line in zip(rows, shown, strict=True):
        padded = [cell + " " * (size - width(cell)) for cell, size in zip(row, widest, strict=False)]
        assert line == "".join([*padded, row[2]])


@given(st.text("ab漢é\u0301", max_size=30), st.integers(2, 25))
def test_what_is_cut_short_fits(text: str, columns: int) -> None:
    """A text that fits stays whole; any other is cut to the columns, ends with … and begins as before."""
    cut = ellipsis(text, columns)
    assert cut == text if width(text) <= columns else cut.endswith("…") and text.startswith(cut[:-1])
    assert width(cut) <= columns
