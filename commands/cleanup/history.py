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
_NUMBERS = ("Removed", "Skipped", "Failed", "Freed", "Listed")
_KINDS = ("image", "container", "network", "builder")  # what cleanups take
NOTHING = "No cleanup has run here yet."


class History(Command, name="cleanup history", permission=Permission.SEE):
    """Show what the last runs of cleanups did at this host.

    FREED is what was had back, as measured; LISTED what the engine listed for all that went: images share layers.
    `audit show NUMBER` shows the objects, `output NUMBER` what was answered. A run that has not ended, as it is under
    way or was killed, tells how many it took at most. The numbers are for those from whom nothing is hidden here.
    """

    policy: str = arg("NAME", default="", choosing=True)
    format: str = flag(default="", help=f"{FORMAT} ({' '.join(f'.{name}' for name in HEADERS)})")

    def run(self, ctx: Context) -> Reply:
        """The runs through the template, newest first."""
        found = ctx.bot.cleanups.history(self.policy, MOST)
        if not found:
            return note(NOTHING)
        source = TABLE if self.format in {"", "table"} else self.format
        shows = all(map(ctx.sees_every, _KINDS))
        return listed([_row(each, ctx.now, shows=shows) for each in found], source, HEADERS)


def _row(ran: Ran, now: float, *, shows: bool) -> Row:
    facts = {"Number": str(ran.number), "Name": ran.policy, "When": ago(now - ran.at), "Who": ran.person}
    return Row("*formatter.CleanupRunContext", facts | dict(zip(_NUMBERS, _numbers(ran, shows=shows), strict=True)))


def _numbers(ran: Ran, *, shows: bool) -> tuple[str, ...]:
    if not shows:
        return ("hidden",) * len(_NUMBERS)
    if not ran.ended:
        return (f"{ran.removed} at most", "", "", "not ended", "")
    freed = "not measured" if ran.freed is None else size(ran.freed)
    return (str(ran.removed), str(ran.skipped), str(ran.failed), freed, size(ran.told))
