"""A cron expression as people write it (0 and 7 are Sunday) becomes APScheduler's trigger, whose 0 is Monday."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from apscheduler.triggers.cron import CronTrigger

FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
_KEYS = {"minute": "0-59", "hour": "0-23", "day": "1-31", "month": "1-12, jan-dec"}  # APScheduler's own
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NO_ZONE = "is no time zone that this machine knows; expected a name such as Europe/Berlin"
_DAY_RANGE = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", re.ASCII)


def trigger(expression: str, zone: str) -> CronTrigger:
    """The moments that five cron fields name in an IANA time zone; raises ValueError with a sentence."""
    words = expression.split()
    if len(words) != len(FIELDS):
        raise ValueError(f"has {len(words)} fields; expected five: {', '.join(FIELDS)}")
    if words[2] != "*" and words[4] != "*":
        raise ValueError("names a day of the month and a day of the week; crons differ on that: give one of the two")
    fields = dict(zip(_KEYS, words, strict=False))
    for name, (key, text) in zip(FIELDS, fields.items(), strict=False):
        _check(name, key, text)
    made = CronTrigger(**fields, day_of_week=_weekdays(words[4]), timezone=timezone(zone))
    if made.get_next_fire_time(None, dt.datetime.now(dt.UTC)) is None:
        raise ValueError("names a day that never comes")
    return made


def _check(name: str, key: str, text: str) -> None:
    try:
        text.encode("ascii")  # digits of other scripts are read, too, else
        CronTrigger(**{key: text}, timezone=dt.UTC)
    except ValueError as error:
        raise ValueError(f"has the {name} {text!r}; expected {_KEYS[key]}, a range, */2 or *") from error


def timezone(name: str) -> dt.tzinfo:
    """The IANA time zone of this name; raises ValueError where this machine knows none."""
    if name == "UTC":  # known even where no zone files are installed
        return dt.UTC
    try:
        if name in _names():
            return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(_NO_ZONE) from error
    raise ValueError(_NO_ZONE)


@cache
def _names() -> frozenset[str]:
    """The zones that there are: a machine's own time lies beside them as a file, and is another one elsewhere."""
    return frozenset(available_timezones() - {"localtime", "posixrules"})


def _weekdays(field: str) -> str:
    """The days as names: numbers and ranges across the week's end mean other days to APScheduler."""
    if field == "*":
        return field
    days = {day % len(DAYS) for part in field.lower().split(",") for day in _days(part)}
    return ",".join(name for number, name in enumerate(DAYS) if number in days)


def _days(part: str) -> range:
    match = _DAY_RANGE.fullmatch(part)
    if match is None:
        raise ValueError(f"has the day of the week {part!r}; expected 0-7, sun-sat, a range or *")
    first, last, step = match.groups()
    if first == "*":
        return range(0, len(DAYS), _step(step))
    start, end = _day(first), _day(last or first)
    if last is None and step is not None:
        end = len(DAYS) - 1
    return range(start, end + 1 if end >= start else end + 1 + len(DAYS), _step(step))


def _step(text: str | None) -> int:
    if text is not None and int(text) == 0:
        raise ValueError("has a step of 0; expected 1 or more")
    return int(text or 1)


def _day(word: str) -> int:
    if word in DAYS:
        return DAYS.index(word)
    if word.isascii() and word.isdigit() and int(word) <= len(DAYS):
        return int(word)
    raise ValueError(f"has the day of the week {word!r}; expected 0-7 or sun-sat")
