"""The filters of the verbs about the record: what they may be, and what they are to the record."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from commands import catalog
from commands.command import Command, args, flag
from commands.kinds import FILTER
from commands.listing import filters
from commands.timestamps import epoch

MOST = 20  # values of all filters of a line; each word of a text is one

FILTERS = (
    "actor", "host", "origin", "outcome", "person", "since", "status", "target", "text", "until", "verb",
)  # fmt: skip
HELP = f"Only those that match: {', '.join(FILTERS)}, as status=failed; --filter may be left out"
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
_TOO_MANY = (
    f"too many filters: {{}} values, where a word of text= is one of its own; at most {MOST} are looked for. Leave some"
    " out, or search the file that 'docker audit export' makes."
)
_SAME = {"actor": "person", "outcome": "status"}  # other names of a filter


class Filtered(Command):
    """What chooses actions of the record: NAME=VALUE, with --filter before it or on its own."""

    words: tuple[str, ...] = args("[NAME=VALUE...]", required=False, choosing=True)
    filter: tuple[str, ...] = flag("-f", default=(), kind=FILTER, help=HELP)

    def problem(self) -> str | None:
        """A word that is no filter; a filter, a status, a verb or a time that there is not; too many of them."""
        try:
            return _problem(_joined(self.means().chosen()))
        except ValueError as error:
            return str(error)

    def means(self) -> Filtered:
        """The same with --filter before each; raises ValueError for a word that is none."""
        return replace(self, words=(), filter=(*self.filter, *map(_read, self.words))) if self.words else self

    def chosen(self) -> tuple[str, ...]:
        """All that chooses, as NAME=VALUE."""
        return self.filter

    def wanted(self, now: float) -> dict[str, tuple[str, ...]]:
        """The filters as the record knows them: times in epoch seconds, verbs by their canonical name, each once."""
        values = _joined(self.chosen())
        return {name: tuple(dict.fromkeys(_values(name, each, now))) for name, each in values.items()}


def _read(word: str) -> str:
    try:
        return str(FILTER.parse(word))
    except ValueError as error:
        raise ValueError(f"invalid filter '{word}': {error}") from None


def _joined(given: Iterable[str]) -> dict[str, list[str]]:
    """The different values by the first name of their filter."""
    found: dict[str, list[str]] = {}
    for name, values in filters(given).items():
        known = found.setdefault(_SAME.get(name, name), [])
        known += [value for value in dict.fromkeys(values) if value not in known]
    return found


def _problem(given: Mapping[str, list[str]]) -> str | None:
    for name, values in given.items():
        if name not in FILTERS:
            return f"invalid filter '{name}': expected one of {', '.join(FILTERS)}"
        if name == "status" and not STATUSES.issuperset(values):
            return f"invalid status '{', '.join(values)}': expected one of {', '.join(sorted(STATUSES))}"
        wrong = next(filter(None, map(_REFUSALS[name], values)), None) if name in _REFUSALS else None
        if wrong is not None:
            return wrong
    count = sum(len(value.split()) if name == "text" else 1 for name, values in given.items() for value in values)
    return _TOO_MANY.format(count) if count > MOST else None


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
    return None if text.replace("\0", " ").split() else "invalid filter 'text': it needs a word to look for"


_REFUSALS = {"since": _no_time, "until": _no_time, "verb": _no_verb, "text": _no_words}


def _values(name: str, values: list[str], now: float) -> tuple[str, ...]:
    if name in {"since", "until"}:
        return tuple(repr(epoch(value, now)) for value in values)
    return tuple(map(_verb, values)) if name == "verb" else tuple(values)


def _verb(value: str) -> str:
    found = catalog.load().find(tuple(value.split()))
    assert found is not None  # noqa: S101 - problem() has seen to it
    return found.spec.name
