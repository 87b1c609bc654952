"""Go's time.Time and time.Duration as docker's answers hold them."""

from __future__ import annotations

import re
from typing import Any

from commands.golang.value import GoType, Kind

_ZERO = "0001-01-01T00:00:00Z"
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NANOSECONDS = {"h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000}
_SMALL = (("ms", 1_000_000), ("µs", 1_000), ("ns", 1))


def _parts(stamp: Any) -> tuple[str, str, str, str]:
    found = _STAMP.fullmatch(stamp if isinstance(stamp, str) else "") or _STAMP.fullmatch(_ZERO)
    day, hour, fraction, zone = found.groups() if found else ("", "", "", "")
    return day, hour, (fraction or "").rstrip("0").rstrip("."), zone


def _text(stamp: Any) -> str:
    day, hour, fraction, zone = _parts(stamp)
    shown = "+0000 UTC" if zone == "Z" else " ".join([zone.replace(":", "")] * 2)
    return f"{day} {hour}{fraction} {shown}"


def _json(stamp: Any) -> str:
    day, hour, fraction, zone = _parts(stamp)
    return f'"{day}T{hour}{fraction}{zone}"'


def _literal(stamp: Any) -> str:
    day, hour, fraction, _ = _parts(stamp)
    year, month, date = (int(each) for each in day.split("-"))
    clock = ", ".join(str(int(each)) for each in hour.split(":"))
    nanoseconds = int(fraction[1:].ljust(9, "0")) if fraction else 0
    return f"time.Date({year}, time.{_MONTHS[month - 1]}, {date}, {clock}, {nanoseconds}, time.UTC)"


def duration(nanoseconds: int) -> str:
    """A duration as Go prints it: 1h2m3.5s."""
    sign, rest = ("-" if nanoseconds < 0 else ""), abs(nanoseconds)
    if rest == 0:
        return "0s"
    if rest < _NANOSECONDS["s"]:
        unit, size = next(each for each in _SMALL if rest >= each[1])
        return f"{sign}{_decimal(rest, size)}{unit}"
    hours, rest = divmod(rest, _NANOSECONDS["h"])
    minutes, rest = divmod(rest, _NANOSECONDS["m"])
    head = (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "")
    return f"{sign}{head}{_decimal(rest, _NANOSECONDS['s'])}s"


def _decimal(amount: int, size: int) -> str:
    whole, rest = divmod(amount, size)
    digits = f"{rest:0{len(str(size)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)


TIME = GoType("time.Time", Kind.STRUCT, "time.Time", text=_text, json=_json, literal=_literal)
DURATION = GoType("time.Duration", Kind.INT, "int64", text=duration)
