"""The filters of the verbs about the record: what they may be, and what they are to the record."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from commands import catalog
from commands.listing import filters
from commands.timestamps import epoch

FILTERS = (
    "actor", "host", "origin", "outcome", "person", "since", "status", "target", "text", "until", "verb",
)  # fmt: skip
HELP = f"Only those that match: {', '.join(FILTERS)}, as status=failed"
STATUSES = frozenset(
    {
        "done",
        "failed",
        "denied",
        "usage",
        "held",
        "unknown",
        "received",
        "running",
        "cancelled",
        "expired",
        "superseded",
    }
)
_SAME = {"actor": "person", "outcome": "status"}  # other names of a filter


def problem(given: Iterable[str]) -> str | None:
    """A filter, a status, a verb or a time that there is not."""
    for name, values in filters(tuple(given)).items():
        if name not in FILTERS:
            return f"invalid filter '{name}': expected one of {', '.join(FILTERS)}"
        called = _SAME.get(name, name)
        if called == "status" and not STATUSES.issuperset(values):
            return f"invalid status '{', '.join(values)}': expected one of {', '.join(sorted(STATUSES))}"
        wrong = next(filter(None, map(_REFUSALS[called], values)), None) if called in _REFUSALS else None
        if wrong is not None:
            return wrong
    return None


def wanted(given: Iterable[str], now: float) -> dict[str, tuple[str, ...]]:
    """The filters as the record knows them: times in epoch seconds, verbs by their canonical name."""
    found: dict[str, tuple[str, ...]] = {}
    for name, values in filters(tuple(given)).items():
        called = _SAME.get(name, name)
        found[called] = found.get(called, ()) + _values(called, values, now)
    return found


def _no_time(text: str) -> str | None:
    try:
        epoch(text, 0.0)
    except ValueError as error:
        return str(error)
    return None


def _no_verb(text: str) -> str | None:
    verbs = catalog.load()
    if verbs.find(tuple(text.split())) is not None:
        return None
    known = sorted(" ".join(words) for verb in verbs for words in verb.spec.names)
    near = difflib.get_close_matches(text, known, n=1)
    return f"invalid verb '{text}': there is none of this name" + (f"; did you mean '{near[0]}'?" if near else "")


def _no_words(text: str) -> str | None:
    return None if text.split() else "invalid filter 'text': it needs a word to look for"


_REFUSALS = {"since": _no_time, "until": _no_time, "verb": _no_verb, "text": _no_words}


def _values(name: str, values: list[str], now: float) -> tuple[str, ...]:
    if name in {"since", "until"}:
        return tuple(repr(epoch(value, now)) for value in values)
    return tuple(map(_verb, values)) if name == "verb" else tuple(values)


def _verb(value: str) -> str:
    found = catalog.load().find(tuple(value.split()))
    assert found is not None  # noqa: S101 - problem() has seen to it
    return found.spec.name
