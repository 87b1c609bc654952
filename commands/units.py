"""Ages, sizes and moments as docker prints them, and its order of names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 24 * 3600  # seconds
_UNITS = ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"), (1, "second"))
_LAST_HOURS, _LAST_DAYS, _LAST_WEEKS, _LAST_MONTHS = 48, 14 * 24, 60 * 24, 730 * 24  # hours; go-units
_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")


def age(seconds: float) -> str:
    """A span of time in its largest unit, such as "About an hour"; the future counts as now."""
    whole = int(seconds)
    if whole < 1:
        return "Less than a second"
    if whole < _MINUTE:
        return "1 second" if whole == 1 else f"{whole} seconds"
    if whole < _HOUR:
        minutes = whole // _MINUTE
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    return _hours(seconds)


def exactly(seconds: float) -> str:
    """A span of time in the largest unit that it is a multiple of: "20 days", "71 hours"."""
    size, name = next(each for each in _UNITS if seconds % each[0] == 0 or each[0] == 1)
    count = int(seconds // size)
    return f"{count} {name}{'' if count == 1 else 's'}"


def _hours(seconds: float) -> str:
    hours = int(seconds / _HOUR + 0.5)
    if hours == 1:
        return "About an hour"
    if hours < _LAST_HOURS:
        return f"{hours} hours"
    if hours < _LAST_DAYS:
        return f"{hours // 24} days"
    if hours < _LAST_WEEKS:
        return f"{hours // 24 // 7} weeks"
    if hours < _LAST_MONTHS:
        return f"{hours // 24 // 30} months"
    return f"{int(seconds) // _DAY // 365} years"


def ago(seconds: float) -> str:
    """How long ago something was, such as "3 weeks ago"."""
    return f"{age(seconds)} ago"


def size(octets: float, digits: int = 3) -> str:
    """Bytes in powers of 1000, such as "1.98MB", with so many significant digits."""
    return _scaled(octets, 1000, _DECIMAL, digits)


def pace(done: int, whole: int, passed: float) -> str:
    """How many bytes moved in so many seconds, how fast, and how long the rest takes; whole is 0 where unknown."""
    per_second = done / passed if passed > 0 else 0.0
    told = f"{size(done, 4)} of {size(whole, 4)}" if done <= whole else size(done, 4)
    seconds = (whole - done) / per_second if per_second else 0.0
    left = f", {_remaining(seconds)} left" if per_second and done <= whole else ""
    return f"{told}, {size(per_second)}/s{left}"


def _remaining(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * _MINUTE else age(seconds).lower()


def binary_size(octets: float) -> str:
    """Bytes in powers of 1024, such as "23.54GiB"."""
    return _scaled(octets, 1024, _BINARY, 4)


def _scaled(octets: float, base: int, units: Sequence[str], digits: int) -> str:
    scaled, step = float(octets), 0
    while scaled >= base and step < len(units) - 1:
        scaled, step = scaled / base, step + 1
    return f"{scaled:.{digits}g}{units[step]}"


_SPAN = re.compile(r"(?:[0-9]{1,6}[smhdw])+")
_PIECE = re.compile(r"(\d+)([smhdw])")
_SECONDS = {"s": 1, "m": _MINUTE, "h": _HOUR, "d": _DAY, "w": 7 * _DAY}


def seconds(text: str) -> int | None:
    """A length of time as people write it, such as 90m, 6h, 1d or 1h30m; None where it is none."""
    if _SPAN.fullmatch(text) is None:
        return None
    return sum(int(count) * _SECONDS[unit] for count, unit in _PIECE.findall(text))


def moment(seconds: int) -> str:
    """A second since the epoch as Go prints it, in UTC: "2026-11-24 00:10:58 +0000 UTC"."""
    when = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return f"{when.isoformat(' ', 'seconds')} +0000 UTC"


_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")


def stamp(text: str) -> str:
    """An RFC 3339 time of the engine as Go prints it, in its own zone."""
    found = _STAMP.fullmatch(text)
    if found is None:
        return text
    day, time, fraction, zone = found.groups()
    fraction = (fraction or "").rstrip("0").rstrip(".")
    offset = "+0000" if zone == "Z" else zone.replace(":", "")
    return f"{day} {time}{fraction} {offset} {'UTC' if offset == '+0000' else offset}"


def natural(name: str) -> tuple[tuple[int, ...], ...]:
    """What to sort a name by so that its numbers count as numbers: "web2" before "web10", "2" before "02"."""
    return tuple(_rank(piece) for piece in re.findall(r"[0-9]+|[^0-9]", name))


def _rank(piece: str) -> tuple[int, ...]:
    return (0, int(piece), len(piece)) if piece.isdigit() else (1, ord(piece))
