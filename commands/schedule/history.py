"""`docker schedule history`: what came of the runs of one schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commands.audit.actions import duration, flat, time
from commands.command import Command, arg, flag
from commands.context import Context
from commands.listing import FORMAT, listed
from commands.reply import Reply, note
from commands.spec import Permission
from commands.template import Row

HEADERS = {
    "Due": "DUE (UTC)",
    "Begun": "BEGUN (UTC)",
    "Took": "TOOK",
    "Missed": "MISSED",
    "Came": "WHAT CAME OF IT",
    "Number": "NUMBER",
}
TABLE = r"table {{.Due}}\t{{.Begun}}\t{{.Took}}\t{{.Missed}}\t{{.Number}}\t{{.Came}}"
MOST = 1_000  # runs that are shown at most


class History(Command, name="schedule history", permission=Permission.LISTED):
    """Show the runs of a schedule, newest first: those that were skipped, too.

    MISSED is how many others came due while slashdock was not running or stood still, for which this one stands.
    """

    schedule: str = arg("SCHEDULE")
    last: int = flag("-n", default=20, help="How many", shown="20")
    format: str = flag(default="", help=f"{FORMAT} (.Due .Begun .Took .Missed .Number .Came)")

    def problem(self) -> str | None:
        """A number of runs that is none."""
        return None if 0 < self.last <= MOST else f"invalid number {self.last} for --last: expected 1 to {MOST}"

    def run(self, ctx: Context) -> Reply:
        """The runs through the template."""
        runs = ctx.bot.timetable.history(self.schedule, self.last)
        if not runs:
            return note(f"Schedule {self.schedule} has not run yet.")
        return listed(map(_row, runs), TABLE if self.format in {"", "table"} else self.format, HEADERS)


def _row(run: Mapping[str, Any]) -> Row:
    took = None if run["ended"] is None else round(1000 * max(0.0, run["ended"] - run["begun"]))
    return Row(
        "*formatter.RunContext",
        {
            "Due": time(run["due"]),
            "Begun": time(run["begun"]),
            "Took": duration(took),
            "Missed": str(run["missed"] or ""),
            "Number": "" if run["number"] is None else str(run["number"]),
            "Came": flat(run["came"]),
        },
    )
