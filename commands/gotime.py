"""Points in time and durations, read as Go's time package reads them, with its error sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

NANOSECONDS = 1_000_000_000  # a second
_INT64 = 1 << 63
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_TERM = re.compile(r"([0-9]{1,19}(?:\.[0-9]{0,99})?|\.[0-9]{1,99})([^.0-9]+)")
_LAYOUT = re.compile(r"2006|01|02|15|04|05|\.999999999|Z07:00|-|T|:")
_FRACTION = re.compile(r"[.,]([0-9]+)")
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_HOURS, _SIXTY = 24, 60
_YEAR_DIGITS, _FRACTION_DIGITS, _ZONE_LENGTH = 4, 9, 6
_DAYS_TO_EPOCH = 719468  # from 0000-03-01 to 1970-01-01


def duration(text: str) -> int | None:
    """The nanoseconds of a duration such as 1h30m or -1.5s; None where Go would not take it."""
    sign = -1 if text.startswith("-") else 1
    digits = text[1:] if text[:1] in {"-", "+"} else text
    if digits == "0":
        return 0
    terms = _TERM.findall(digits)
    if not terms or "".join(number + unit for number, unit in terms) != digits:
        return None
    if any(unit not in _UNITS for _, unit in terms):
        return None
    total = sum(int(Fraction(number) * _UNITS[unit]) for number, unit in terms)
    return sign * total if total < _INT64 + (sign < 0) else None


@dataclass
class _Reading:
    """A text that is being read by a layout: what is left of it, and the fields read so far."""

    layout: str
    text: str
    rest: str
    fields: dict[str, int] = field(default_factory=dict)
    nanoseconds: int = 0
    zone: int = 0

    def cannot(self, element: str, hold: str) -> ValueError:
        """Go's sentence for text that is not what the layout's element asks for."""
        return ValueError(
            f"parsing time {quote(self.text)} as {quote(self.layout)}: cannot parse {quote(hold)} as {quote(element)}"
        )

    def wrong(self, message: str) -> ValueError:
        """Go's sentence for a time that has the right form and cannot be."""
        return ValueError(f"parsing time {quote(self.text)}: {message}")

    def number(self, element: str, *, fixed: bool = True) -> int:
        """Read two digits, or one where that is allowed."""
        found = re.match(r"[0-9]{2}" if fixed else r"[0-9]{1,2}", self.rest)
        if not found:
            raise self.cannot(element, self.rest)
        self.rest = self.rest[found.end() :]
        return int(found[0])

    def fraction(self) -> None:
        """Read a fraction of a second, where one stands here."""
        found = _FRACTION.match(self.rest)
        if found:
            self.nanoseconds = int(found[1][:_FRACTION_DIGITS].ljust(_FRACTION_DIGITS, "0"))
            self.rest = self.rest[found.end() :]


def moment(layout: str, text: str) -> tuple[int, int]:
    """The epoch seconds and nanoseconds that a text says by a layout; UTC unless it names a zone.

    The layouts are those of dates and RFC 3339, whole or cut short; raises ValueError with Go's sentence.
    """
    reading = _Reading(layout, text, text)
    for element in _LAYOUT.findall(layout):
        _read(reading, element)
    if reading.rest:
        raise reading.wrong(f"extra text: {quote(reading.rest)}")
    values = {"01": 1, "02": 1, "15": 0, "04": 0, "05": 0} | reading.fields
    year, month, day = values["2006"], values["01"], values["02"]
    if not 1 <= day <= _days_in(month, year):
        raise reading.wrong("day out of range")
    of_day = (values["15"] * _SIXTY + values["04"]) * _SIXTY + values["05"]
    return _days(year, month, day) * _HOURS * _SIXTY**2 + of_day - reading.zone, reading.nanoseconds


def quote(text: str) -> str:
    """The text as Go's time package shows it in an error."""
    return '"' + "".join(_shown(byte) for byte in text.encode("utf-8", "surrogateescape")) + '"'


def _shown(byte: int) -> str:
    char = chr(byte)
    if char in '"\\':
        return "\\" + char
    return char if char.isascii() and char.isprintable() else f"\\x{byte:02x}"


def _read(reading: _Reading, element: str) -> None:
    match element:
        case "2006":
            _read_year(reading)
        case ".999999999":
            reading.fraction()
        case "Z07:00":
            _read_zone(reading)
        case "-" | "T" | ":":
            if not reading.rest.startswith(element):
                raise reading.cannot(element, reading.rest)
            reading.rest = reading.rest[1:]
        case _:
            _read_pair(reading, element)


def _read_year(reading: _Reading) -> None:
    digits = reading.rest[:_YEAR_DIGITS]
    if not re.fullmatch(r"[0-9]{4}", digits):
        raise reading.cannot("2006", reading.rest)
    reading.fields["2006"] = int(digits)
    reading.rest = reading.rest[_YEAR_DIGITS:]


_RANGES = {"01": ("month", 1, 12), "15": ("hour", 0, 23), "04": ("minute", 0, 59), "05": ("second", 0, 59)}


def _read_pair(reading: _Reading, element: str) -> None:
    value = reading.number(element, fixed=element != "15")
    if element in _RANGES:
        name, low, high = _RANGES[element]
        if not low <= value <= high:
            raise reading.wrong(f"{name} out of range")
    reading.fields[element] = value
    if element == "05":
        reading.fraction()


def _read_zone(reading: _Reading) -> None:
    hold = reading.rest
    if hold.startswith("Z"):
        reading.rest = hold[1:]
        return
    found = re.match(r"(.)(..):(..)", hold)
    if not found or len(hold) < _ZONE_LENGTH or not (found[2] + found[3]).isdecimal():
        raise reading.cannot("Z07:00", hold)
    hours, minutes = int(found[2]), int(found[3])
    if hours > _HOURS:
        raise reading.wrong("time zone offset hour out of range")
    if minutes > _SIXTY:
        raise reading.wrong("time zone offset minute out of range")
    if found[1] not in {"+", "-"}:
        raise reading.cannot("Z07:00", hold)
    offset = (hours * _SIXTY + minutes) * _SIXTY
    reading.zone = -offset if found[1] == "-" else offset
    reading.rest = hold[_ZONE_LENGTH:]


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_in(month: int, year: int) -> int:
    return _MONTH_DAYS[month - 1] + (month == 2 and _leap(year))  # noqa: PLR2004 - February


def _days(year: int, month: int, day: int) -> int:
    """The days since 1970-01-01 of a date, counted from a March, so that the leap day ends a year."""
    since_march = (month - 3) % 12
    year -= since_march > 9  # noqa: PLR2004 - January and February belong to the year before
    return year * 365 + year // 4 - year // 100 + year // 400 + (153 * since_march + 2) // 5 + day - 1 - _DAYS_TO_EPOCH
