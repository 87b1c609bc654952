"""When something is to be done, as people write it."""

from __future__ import annotations

import datetime as dt
import math
import re

from bot import cron
from bot.cron import DAYS, FIELDS
from bot.dues import Cron, Every, Once
from commands import units

LEAST = 60  # seconds between two runs
MOST = 366 * 86_400  # seconds between two runs, and until what is to be done once
_CLOCK = re.compile(r"(\d{1,2})(?::(\d\d))?(?::(\d\d))?(am|pm)?", re.ASCII | re.IGNORECASE)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_EXACT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d|Z)", re.ASCII | re.IGNORECASE)
_EXPECTED = '18:00, "tomorrow 18:00", "fri 9:00", "2026-12-01 18:00" or "in 2h"'
_UNQUOTED = (
    'a schedule begins with when: five cron fields in quotes ("0 3 * * sun"), --every 6h or --at "tomorrow 18:00"'
)


def by_cron(expression: str, zone: str) -> Cron:
    """The moments of five cron fields; raises ValueError."""
    if len(expression.split()) < len(FIELDS):
        raise ValueError(_UNQUOTED)
    _check(zone)
    try:
        return Cron(" ".join(expression.split()), zone)
    except ValueError as error:
        raise ValueError(f"'{expression}' {error}") from error


def every(text: str, zone: str, now: float) -> Every:
    """Every so long from now on, by a clock that only goes on; raises ValueError."""
    _check(zone)
    seconds = units.seconds(text)
    if seconds is None:
        raise ValueError(f"invalid interval '{text}' for --every: expected 90m, 6h, 1d or 1h30m")
    if not LEAST <= seconds <= MOST:
        raise ValueError(f"invalid interval '{text}' for --every: it is from {LEAST}s to {MOST // 86_400}d")
    return Every(seconds, math.ceil(now), zone)


def at(text: str, zone: str, now: float) -> Once:
    """One moment after now, in epoch seconds; raises ValueError."""
    _check(zone)
    found = _in(text, zone, now) or _exactly(text, zone)
    found = found or _on(text.lower().replace("t", " ", 1) if _DATE.match(text) else text, zone, now)
    moment = found.after(0)
    if moment is None or moment <= now:
        raise ValueError(f"'{text}' is past: it is {_wall(now, zone):%Y-%m-%d %H:%M} in {zone}")
    if moment > now + MOST:
        raise ValueError(f"'{text}' is too far ahead: {MOST // 86_400} days are the most")
    return found


def _check(zone: str) -> None:
    try:
        cron.timezone(zone)
    except ValueError as error:
        raise ValueError(f"'{zone}' {error}") from error


def _in(text: str, zone: str, now: float) -> Once | None:
    first, _, rest = text.strip().partition(" ")
    seconds = units.seconds(rest.strip()) if first.lower() == "in" else None
    if seconds is None:
        return None
    if not seconds:
        raise ValueError(f"invalid moment '{text}' for --at: it has to be ahead, by a second at least")
    if seconds > MOST:
        raise ValueError(f"invalid moment '{text}' for --at: it is {MOST // 86_400} days ahead at most")
    return Once.at(now + seconds, zone)


def _exactly(text: str, zone: str) -> Once | None:
    """A moment with its offset, which there is once."""
    if _EXACT.fullmatch(text.strip()) is None:
        return None
    try:
        return Once.at(dt.datetime.fromisoformat(text.strip().upper()).timestamp(), zone)
    except ValueError as error:
        raise ValueError(f"'{text}' is no moment of the calendar") from error


def _on(text: str, zone: str, now: float) -> Once:
    """A day and a time of it by the clock of the zone."""
    day, _, clock = text.strip().rpartition(" ")
    time = _time(clock, text)
    here = _wall(now, zone)
    days = _days(day.strip().lower(), here, text)
    for each in days:
        found = Once(f"{each} {time}", zone)
        if found.after(now) is not None:
            return found
    return Once(f"{days[-1]} {time}", zone)


def _days(day: str, here: dt.datetime, text: str) -> list[dt.date]:
    """The days that may be meant, in their order."""
    today = here.date()
    if not day:
        return [today + dt.timedelta(days=each) for each in range(3)]  # the clock may be put forward past it
    if day in {"today", "tomorrow"}:
        return [today + dt.timedelta(days=day == "tomorrow")]
    if day[:3] in DAYS and day in {day[:3], _FULL[day[:3]]}:
        away = (DAYS.index(day[:3]) - today.isoweekday()) % len(DAYS)
        return [today + dt.timedelta(days=away + week) for week in (0, len(DAYS))]
    if found := _DATE.fullmatch(day):
        try:
            return [dt.date(*map(int, found.groups()))]
        except ValueError:
            raise ValueError(f"'{day}' is no day of the calendar") from None
    raise _unread(text)


def _time(clock: str, text: str) -> dt.time:
    found = _CLOCK.fullmatch(clock)
    if found is None or not (found[2] or found[4]):
        raise _unread(text)
    try:
        return dt.time(_hour(int(found[1]), found[4]), int(found[2] or 0), int(found[3] or 0))
    except ValueError:
        raise ValueError(f"'{clock}' is no time of the day: expected 0:00 to 23:59, or 6pm") from None


def _hour(hour: int, half: str | None) -> int:
    """The hour of the day, of one that may be said by its half."""
    if half is None:
        return hour
    return hour % 12 + 12 * (half.lower() == "pm") if 1 <= hour <= 12 else -1  # noqa: PLR2004 - hours of half a day


def _wall(now: float, zone: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(now, cron.timezone(zone))


def _unread(text: str) -> ValueError:
    return ValueError(f"invalid moment '{text}' for --at: expected {_EXPECTED}")


_FULL = {
    day: day + rest for day, rest in zip(DAYS, ("day", "day", "sday", "nesday", "rsday", "day", "urday"), strict=True)
}
