"""`docker audit export`: the record as a file for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from commands.audit.actions import numbered, time, unnumbered
from commands.audit.filtering import Filtered
from commands.command import flag
from commands.context import Context
from commands.reply import Note, Reply, output
from commands.spec import Permission

MOST = 10_000  # actions of one file, about 4 MB
FORMATS = ("csv", "json")
COLUMNS = (
    "number", "time", "person", "actor", "team", "origin", "channel", "thread", "host", "line", "verb", "permission",
    "targets", "verdict", "reason", "status", "error", "exit_code", "duration_ms",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes the beginning of a cell for


class Export(Filtered, name="audit export", permission=Permission.SEE):
    """Write the record to a file: a table for spreadsheets (csv), or a line of JSON for each action (json).

    The oldest comes first, and only what you may read of the record is in it; --before makes the file of what comes
    before a number. In a table every cell is quoted, and one that a spreadsheet would compute has a quote before it.
    """

    before: str = flag(default="", help="Only those with a smaller number: the file before")
    format: str = flag(default="csv", help="csv or json", shown="csv")
    since: str = flag(default="", help="Only what is newer, as 24h or 2026-01-31")
    until: str = flag(default="", help="Only what is older")

    def problem(self) -> str | None:
        """A format, a number, a filter or a time that there is not."""
        if self.format not in FORMATS:
            return f"invalid format '{self.format}': expected one of {', '.join(FORMATS)}"
        if self.before and not numbered(self.before):
            return unnumbered(self.before)
        return super().problem()

    def run(self, ctx: Context) -> Reply:
        """The actions, through the format."""
        wanted = self.wanted(ctx.now)
        if self.before:
            wanted["before"] = (self.before,)
        found = ctx.bot.audit(number=None, filters=wanted, limit=MOST + 1)
        kept = [_fields(each) for each in reversed(found[:MOST])]
        reply = output(_csv(kept) if self.format == "csv" else _json(kept), f"audit.{self.format}")
        if len(found) <= MOST:
            return reply
        more = f"These are the newest {MOST}; for those before them: --before {kept[0]['number']}"
        return reply + Reply((Note(more),))

    def chosen(self) -> tuple[str, ...]:
        """The filters, and the two times."""
        since = (f"since={self.since}",) if self.since else ()
        until = (f"until={self.until}",) if self.until else ()
        return (*self.filter, *since, *until)


def _fields(action: Mapping[str, Any]) -> dict[str, Any]:
    return {name: time(action["at"]) if name == "time" else action[name] for name in COLUMNS}


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL)  # semicolons divide cells in many places
    table.writerow(COLUMNS)
    table.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)
    return written.getvalue()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return f"'{value}" if value.startswith(_FORMULA) else value
        case list():
            return ", ".join(f"{each['kind']} {each['name']}" for each in value)
        case _:
            return str(value)


def _json(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
