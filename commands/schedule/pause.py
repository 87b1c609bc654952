"""`docker schedule pause`: have something run no more until it is resumed."""

from __future__ import annotations

from commands.command import args
from commands.context import Context
from commands.reply import Reply
from commands.schedule.changing import Changing
from commands.spec import Permission


class Pause(Changing, name="schedule pause", permission=Permission.LISTED, decides=True):
    """Have a schedule run no more until it is resumed.

    Your own; another's takes a rule that lets you change things. Whoever looks at it is told who paused it, and why.
    """

    why: tuple[str, ...] = args("[WHY...]", required=False)

    def run(self, ctx: Context) -> Reply:
        """Pause it."""
        return ctx.bot.timetable.pause(self.schedule, " ".join(self.why) or self.reason)
