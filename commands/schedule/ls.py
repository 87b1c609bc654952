"""`docker schedule ls`: what runs by itself, when, and how it went the last time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from commands.audit.actions import flat
from commands.command import Command, flag
from commands.context import Context
from commands.listing import FORMAT, listed
from commands.reply import Moment, Reply, note
from commands.spec import Permission
from commands.tabwriter import ellipsis
from commands.template import Row
from commands.units import ago

HEADERS = {
    "Name": "NAME",
    "Line": "LINE",
    "When": "WHEN",
    "Person": "PERSON",
    "Host": "HOST",
    "Channel": "CHANNEL",
    "State": "STATE",
    "Next": "NEXT RUN (UTC)",
    "Last": "LAST RUN",
    "Number": "NUMBER",
}
TABLE = r"table {{.Name}}\t{{.Line}}\t{{.When}}\t{{.Person}}\t{{.State}}\t{{.Next}}\t{{.Last}}"
NOTHING = (
    "Nothing is scheduled that you may know of. `schedule add` schedules a line, and SLASHDOCK_CLEANUP_CRON sets when"
    " the nightly cleanup runs."
)
_LINE, _LAST = 40, 40  # columns that the table leaves of a line, and of what came of the last run
_MOMENTS = 5  # schedules whose next run is told in the reader's own zone, too


class Ls(Command, name="schedule ls", alias="schedule list", permission=Permission.SEE):
    """List what runs by itself.

    Your own schedules and the jobs of the settings; whoever may see everything on a host sees those of others there.
    The next runs are told in UTC; beside WHEN stands the zone by which it is read.
    """

    format: str = flag(
        default="", help=f"{FORMAT} (.Name .Line .When .Person .Host .Channel .State .Next .Last .Number)"
    )
    quiet: bool = flag("-q", default=False, help="Only the names")

    def run(self, ctx: Context) -> Reply:
        """The jobs through the template, and when each runs next in the reader's own zone."""
        jobs = ctx.bot.timetable.listed()
        if not jobs:
            return note(NOTHING)
        if not self.quiet and self.format in {"", "table"}:
            return table(jobs, ctx.now)
        source = "{{.Name}}" if self.quiet else self.format
        return listed([_row(job, ctx.now, trunc=False) for job in jobs], source, HEADERS)


def table(jobs: Sequence[Mapping[str, Any]], now: float) -> Reply:
    """A row for each, and when those that come first run, in the reader's own zone."""
    ahead = sorted((job["next_runs"][0], job["title"]) for job in jobs if job["next_runs"])
    told = listed([_row(job, now, trunc=True) for job in jobs], TABLE, HEADERS)
    return told + Reply(tuple(Moment(f"{name} runs next at", at) for at, name in ahead[:_MOMENTS]))


def _row(job: Mapping[str, Any], now: float, *, trunc: bool) -> Row:
    last = f"{flat(job['last'])} ({ago(now - job['last_run'])})" if job["last_run"] is not None else "never"
    return Row(
        "*formatter.ScheduleContext",
        {
            "Name": job["title"] if trunc else job["name"],
            "Line": ellipsis(flat(job["line"]), _LINE) if trunc else flat(job["line"]),
            "When": job["due"],
            "Person": job["person"],
            "Host": job["host"],
            "Channel": job["channel"],
            "State": job["state"],
            "Next": ", ".join(map(_stamp, job["next_runs"][: 1 if trunc else None])),
            "Last": ellipsis(last, _LAST) if trunc else last,
            "Number": "" if job["last_number"] is None else str(job["last_number"]),
        },
    )


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%MZ")
