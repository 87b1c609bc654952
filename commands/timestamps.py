"""What --since, --until and the filter until= may say: a point in time, Unix seconds, or how long ago."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, tzinfo

from commands.gotime import NANOSECONDS, duration, moment
from commands.kinds import INT64

_DATE = "2006-01-02"
_HOURS_ONLY, _MINUTES = f"{_DATE}T15", f"{_DATE}T15:04"
_SECONDS = f"{_DATE}T15:04:05"
_UNIX = re.compile(r"([+-]?[0-9]{1,19})(?:\.([+-]?[0-9]{1,19}))?")


def timestamp(text: str, now: float) -> str:
    """The point in time as the engine takes it, in seconds or as SECONDS.NANOSECONDS; now is epoch seconds.

    A date without a zone is in UTC. Raises ValueError in docker's words.
    """
    ago = duration(text)
    if ago is not None and text != "0":
        return str(math.floor(now - ago / NANOSECONDS))
    try:
        seconds, nanoseconds = moment(_layout(text), text)
    except ValueError:
        if "-" in text:
            raise
        return _unix(text)
    return f"{seconds}.{nanoseconds:09d}"


def epoch(text: str, now: float, zone: tzinfo = UTC) -> float:
    """The same point in time in epoch seconds, a date without a zone being in this one; raises ValueError."""
    whole, _, rest = timestamp(text, now).partition(".")
    nanoseconds = int(rest) * 10.0 ** -len(rest) if rest else 0.0
    return (_there(int(whole), zone) if _is_wall(text) else int(whole)) + nanoseconds


def _is_wall(text: str) -> bool:
    """Whether it is a date without a zone."""
    return text.count("-") > 1 and duration(text) is None and not _layout(text).endswith("Z07:00")


def _there(seconds: int, zone: tzinfo) -> float:
    """When a clock in the zone shows what one in UTC shows after so many seconds."""
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=zone).timestamp()
    except (ValueError, OverflowError):  # years that no clock here has
        return seconds


def _layout(text: str) -> str:
    zoned = any(char in text for char in "zZ+") or text.count("-") == 3  # noqa: PLR2004 - two of a date and a zone's
    zone = "Z07:00" if zoned else ""
    if "." in text:
        return f"{_SECONDS}.999999999{zone}"
    if "T" not in text:
        return _DATE + zone
    colons = text.count(":")
    if zoned and "Z" not in text and "z" not in text and colons:
        colons -= 1
    return {0: _HOURS_ONLY, 1: _MINUTES}.get(colons, _SECONDS) + zone


def _unix(text: str) -> str:
    found = _UNIX.fullmatch(text)
    if not found or any(not -INT64 <= int(digits) < INT64 for digits in found.groups("0")):
        raise ValueError(f'failed to parse value as time or duration: "{text}"')
    return text
