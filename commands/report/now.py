"""`docker report now`: how the host and its containers are doing."""

from __future__ import annotations

from commands.command import Command, arg, flag
from commands.context import Context
from commands.reply import Document, Note, Reply, failure
from commands.report.answer import reply
from commands.report.building import report
from commands.report.facts import gather
from commands.report.page import page
from commands.report.report import DAILY, DAY, KINDS, Period
from commands.spec import Permission
from commands.timestamps import epoch

YEAR = 365 * DAY  # seconds; samples are kept no longer
LEAST = 3_600  # seconds that a report is about


class Now(Command, name="report now", permission=Permission.SEE, filtered=True):
    """Report how the host and its containers are doing.

    Which containers are not well, what they used, what is on the disk and where that is heading, images that nobody
    uses, what people and schedules did, what waits for consent, and what could not be done. KIND is one of those that
    `report ls` lists, daily where there is none. Only what you may see is in it, and in its sums.
    """

    kind: str = arg("KIND", default=DAILY)
    since: str = flag(default="", help='From when on, in place of the kind\'s own time: a time or an age ("72h")')
    html: bool = flag(default=False, help="Also as a file: a page with every row, which a browser prints to PDF")

    def problem(self) -> str | None:
        """A kind that there is not; a time that is none."""
        if self.kind not in KINDS:
            return f"no such kind of report: {self.kind} (there are {', '.join(KINDS)})"
        try:
            epoch(self.since or "1h", 0.0)
        except ValueError as error:
            return str(error)
        return None

    def run(self, ctx: Context) -> Reply:
        """Gather, put together, and tell."""
        kind = KINDS[self.kind]
        since = epoch(self.since, ctx.now) if self.since else ctx.now - kind.seconds
        if not LEAST <= ctx.now - since <= YEAR:
            return failure(f"invalid --since '{self.since}': a report is about an hour at least, and a year at most")
        made = report(gather(ctx, Period.of("" if self.since else kind.name, since, ctx.now)))
        if not self.html:
            return reply(made)
        name = "-".join(filter(None, ("report", ctx.host, made.period.name))) + ".html"
        return Reply((Note(f"{made.title}. {made.headline}"), Document(page(made), name, made.title)))
