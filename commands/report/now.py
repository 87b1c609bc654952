"""`docker report now`: how the host and its containers are doing."""

from __future__ import annotations

from commands.command import arg, flag
from commands.context import Context
from commands.reply import Document, Note, Reply, failure
from commands.report.answer import reply
from commands.report.building import report
from commands.report.choice import Choice
from commands.report.gathering import gather
from commands.report.page import page
from commands.report.pdf import pdf
from commands.report.report import DAILY, DAY, KINDS, Period
from commands.report.wanted import Wanted
from commands.secrets import mask_text
from commands.spec import Permission
from commands.timestamps import epoch

YEAR = 365 * DAY  # seconds; samples are kept no longer
LEAST = 3_600  # seconds that a report is about


class Now(Wanted, name="report now", permission=Permission.SEE, filtered=True):
    """Report how the host and its containers are doing.

    Which containers are not well, what they used, what is on the disk and where that is heading, images that nobody
    uses, what people and schedules did, what waits for consent, and what could not be done. KIND is one of those that
    `report ls` lists, daily where there is none. Only what you may see is in it, and in its sums. With --filter it is
    about some containers alone, and leaves out what it can only say of the whole host.
    """

    kind: str = arg("KIND", default=DAILY)
    since: str = flag(default="", help='From when on, in place of the kind\'s own time: a time or an age ("72h")')

    tz: str = flag(default="", help="The time zone of all times, as Europe/Berlin; a schedule's or your own, else UTC")

    def problem(self) -> str | None:
        """A kind or a filter that there is not; a time that is none."""
        if self.kind not in KINDS:
            return f"no such kind of report: {self.kind} (there are {', '.join(KINDS)})"
        if (wrong := Choice(self.filter).problem()) is not None:
            return wrong
        try:
            epoch(self.since or "1h", 0.0)
        except ValueError as error:
            return str(error)
        return None

    def run(self, ctx: Context) -> Reply:
        """Gather, put together, and tell."""
        kind = KINDS[self.kind]
        zone = ctx.bot.timetable.timezone(self.tz)
        since = epoch(self.since, ctx.now, zone) if self.since else ctx.now - kind.seconds
        if not LEAST <= ctx.now - since <= YEAR:
            return failure(f"invalid --since '{self.since}': a report is about an hour at least, and a year at most")
        period = Period.of("" if self.since else kind.name, since, ctx.now, zone)
        made = report(gather(ctx, period, Choice(self.filter)))
        name = "-".join(filter(None, ("report", ctx.host, made.period.name)))
        makers = ((self.pdf, "pdf", pdf), (self.html, "html", page))
        files = [
            Document(make(made), f"{name}.{ending}", mask_text(made.title)) for wanted, ending, make in makers if wanted
        ]
        return Reply((Note(f"{made.title}. {made.headline}"), *files)) if files else reply(made)
