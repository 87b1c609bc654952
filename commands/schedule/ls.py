"""`docker schedule ls`: what runs by itself, when, and how it went the last time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from commands.command import Command, flag
from commands.context import Context
from commands.listing import FORMAT, listed
from commands.reply import Moment, Reply, note
from commands.spec import Permission
from commands.template import Row
from commands.units import ago

HEADERS = {
    "Name": "NAME",
    "Line": "LINE",
    "Cron": "CRON",
    "Zone": "ZONE",
    "Channel": "CHANNEL",
    "Next": "NEXT RUNS (UTC)",
    "Last": "LAST RUN",
    "Number": "NUMBER",
}
TABLE = r"table {{.Name}}\t{{.Line}}\t{{.Cron}}\t{{.Zone}}\t{{.Channel}}\t{{.Next}}\t{{.Last}}"
NOTHING = "Nothing is scheduled. SLASHDOCK_CLEANUP_CRON sets when the nightly cleanup runs."


class Ls(Command, name="schedule ls", alias="schedule list", permission=Permission.SEE):
    """List what runs by itself.

    The next runs are told in UTC; the zone is the one by which the cron expression is read.
    """

    format: str = flag(default="", help=f"{FORMAT} (.Name .Line .Cron .Zone .Channel .Next .Last .Number)")
    quiet: bool = flag("-q", default=False, help="Only the names")

    def run(self, ctx: Context) -> Reply:
        """The jobs through the template, and when each runs next in the reader's own zone."""
        jobs = ctx.bot.schedules()
        if not jobs:
            return note(NOTHING)
        source = "{{.Name}}" if self.quiet else TABLE if self.format in {"", "table"} else self.format
        reply = listed([_row(job, ctx.now) for job in jobs], source, HEADERS)
        ahead = sorted((job["next_run"], job["name"]) for job in jobs if job["next_run"] is not None)
        shown = ahead if source == TABLE else []
        return reply + Reply(tuple(Moment(f"{name} runs next at", at) for at, name in shown))


def _row(job: Mapping[str, Any], now: float) -> Row:
    methods = {name: job[name.lower()] for name in ("Name", "Line", "Cron", "Zone", "Channel")}
    last = f"{job['last']} ({ago(now - job['last_run'])})" if job["last_run"] is not None else "never"
    number = "" if job["last_number"] is None else str(job["last_number"])
    return Row(
        "*formatter.ScheduleContext",
        {**methods, "Next": ", ".join(map(_stamp, job["next_runs"])), "Last": last, "Number": number},
    )


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%MZ")
