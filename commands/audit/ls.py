"""`docker audit ls`: what was asked of the bot, and what came of it."""

from __future__ import annotations

import difflib

from commands import catalog
from commands.audit.actions import row
from commands.command import Command, flag
from commands.context import Context
from commands.kinds import FILTER
from commands.listing import FORMAT, filters, listed
from commands.reply import Reply
from commands.spec import Permission
from commands.timestamps import epoch

LAST = 20  # actions, where the line does not say how many
MOST = 1000  # actions; with a filter the rest can be asked for
FILTERS = ("host", "origin", "person", "since", "status", "target", "until", "verb")
HEADERS = {
    "Number": "NUMBER",
    "Time": "TIME",
    "When": "WHEN",
    "Person": "PERSON",
    "Actor": "ACTOR",
    "Origin": "ORIGIN",
    "Channel": "CHANNEL",
    "Host": "HOST",
    "Line": "LINE",
    "Verb": "VERB",
    "Permission": "PERMISSION",
    "Targets": "TARGETS",
    "Verdict": "VERDICT",
    "Reason": "REASON",
    "Status": "STATUS",
    "Error": "ERROR",
    "ExitCode": "EXIT CODE",
    "Duration": "DURATION",
}
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
TABLE = r"table {{.Number}}\t{{.When}}\t{{.Person}}\t{{.Host}}\t{{.Status}}\t{{.Line}}\t{{.Error}}"


class Ls(Command, name="audit ls", alias="audit list", permission=Permission.SEE):
    """List what was asked of slashdock and what came of it.

    The newest comes first. The status is done, failed, denied, usage, held, cancelled, expired, superseded or unknown;
    received and running mean that it has not ended. since and until take what `logs --since` takes: 2h, 2026-01-31 or a
    full time.
    """

    filter: tuple[str, ...] = flag(
        "-f", default=(), kind=FILTER, help=f"Only those that match: {', '.join(FILTERS)}, as status=failed"
    )
    format: str = flag(default="", help=f"{FORMAT} (.Number .When .Person .Line .Status ...)")
    last: int = flag("-n", default=LAST, help="How many", shown=str(LAST))
    no_trunc: bool = flag(default=False, help="Nothing cut short")
    quiet: bool = flag("-q", default=False, help="Only the numbers")

    def problem(self) -> str | None:
        """A number of actions that is none; a filter, a status, a verb or a time that there is not."""
        if not 1 <= self.last <= MOST:
            return f"invalid value {self.last} for -n: expected 1 to {MOST}"
        for name, values in filters(self.filter).items():
            if name not in FILTERS:
                return f"invalid filter '{name}': expected one of {', '.join(FILTERS)}"
            if name == "status" and not STATUSES.issuperset(values):
                return f"invalid status '{', '.join(values)}': expected one of {', '.join(sorted(STATUSES))}"
            wrong = next(filter(None, map(_REFUSALS[name], values)), None) if name in _REFUSALS else None
            if wrong is not None:
                return wrong
        return None

    def run(self, ctx: Context) -> Reply:
        """The newest that match, through the template."""
        wanted = {name: _values(name, values, ctx.now) for name, values in filters(self.filter).items()}
        found = ctx.bot.audit(number=None, filters=wanted, limit=self.last)
        return listed([row(each, ctx.now, trunc=not self.no_trunc) for each in found], self._source(), HEADERS)

    def _source(self) -> str:
        if self.quiet:
            return "{{.Number}}"
        return TABLE if self.format in {"", "table"} else self.format


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


_REFUSALS = {"since": _no_time, "until": _no_time, "verb": _no_verb}


def _values(name: str, values: list[str], now: float) -> tuple[str, ...]:
    """The values as the record knows them: times in epoch seconds, verbs by their canonical name."""
    if name in {"since", "until"}:
        return tuple(repr(epoch(value, now)) for value in values)
    return tuple(map(_verb, values)) if name == "verb" else tuple(values)


def _verb(value: str) -> str:
    found = catalog.load().find(tuple(value.split()))
    assert found is not None  # noqa: S101 - problem() has seen to it
    return found.spec.name
