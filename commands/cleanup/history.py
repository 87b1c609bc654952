"""`docker cleanup history`: what the runs of cleanups did."""

from __future__ import annotations

from commands.cleanup.memory import Ran
from commands.command import Command, arg, flag
from commands.context import Context
from commands.listing import FORMAT, listed
from commands.reply import Reply, note
from commands.spec import Permission
from commands.template import Row
from commands.units import ago, size

MOST = 50  # runs that are shown
HEADERS = {
    "Number": "NUMBER",
    "Name": "NAME",
    "When": "WHEN",
    "Who": "WHO",
    "Removed": "REMOVED",
    "Skipped": "SKIPPED",
    "Failed": "FAILED",
    "Freed": "FREED",
    "Listed": "LISTED",
}
TABLE = "table " + r"\t".join(f"{{{{.{name}}}}}" for name in HEADERS)
NOTHING = "No cleanup has run here yet."


class History(Command, name="cleanup history", permission=Permission.SEE):
    """Show what the last runs of cleanups did at this host.

    FREED is what the engine held less afterwards, LISTED what it listed for the objects that went: images share layers.
    `audit show NUMBER` shows the objects, `output NUMBER` what was answered.
    """

    policy: str = arg("NAME", default="", choosing=True)
    format: str = flag(default="", help=f"{FORMAT} ({' '.join(f'.{name}' for name in HEADERS)})")

    def run(self, ctx: Context) -> Reply:
        """The runs through the template, newest first."""
        found = ctx.bot.cleanups.history(self.policy, MOST)
        if not found:
            return note(NOTHING)
        source = TABLE if self.format in {"", "table"} else self.format
        return listed([_row(each, ctx.now) for each in found], source, HEADERS)


def _row(ran: Ran, now: float) -> Row:
    methods = {
        "Number": str(ran.number),
        "Name": ran.policy,
        "When": ago(now - ran.at),
        "Who": ran.person,
        "Removed": str(ran.removed),
        "Skipped": str(ran.skipped),
        "Failed": str(ran.failed),
        "Freed": "not measured" if ran.freed is None else size(ran.freed),
        "Listed": size(ran.told),
    }
    return Row("*formatter.CleanupRunContext", methods)
