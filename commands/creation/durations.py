"""Spans of time such as 30s or 1m30s, read as Go reads them."""

from __future__ import annotations

import re

from commands import gotime
from commands.golang.quote import quote

_NUMBER = re.compile(r"([0-9]*)(?:\.([0-9]*))?")
_UNIT = re.compile(r"[^.0-9]*")
_UNITS = frozenset({"ns", "us", "µs", "μs", "ms", "s", "m", "h"})


def nanoseconds(text: str) -> int:
    """The nanoseconds that a text says; raises ValueError with Go's sentence."""
    found = gotime.duration(text)
    if found is None:
        raise ValueError(_wrong(text))
    return found


def _wrong(text: str) -> str:
    rest = text[1:] if text[:1] in {"-", "+"} else text
    while rest:
        number = _NUMBER.match(rest)
        if number is None or not (number[1] or number[2]):
            break
        rest = rest[number.end() :]
        unit = _UNIT.match(rest)
        name = unit[0] if unit else ""
        if not name:
            return f"time: missing unit in duration {quote(text)}"
        if name not in _UNITS:
            return f"time: unknown unit {quote(name)} in duration {quote(text)}"
        rest = rest[len(name) :]
    return f"time: invalid duration {quote(text)}"
