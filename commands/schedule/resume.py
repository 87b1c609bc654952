"""`docker schedule resume`: have something run again."""

from __future__ import annotations

from commands.context import Context
from commands.reply import Reply
from commands.schedule.changing import Changing
from commands.spec import Permission


class Resume(Changing, name="schedule resume", permission=Permission.LISTED, decides=True):
    """Have a schedule run again, from now on; what was missed while it was paused is not made up for."""

    def run(self, ctx: Context) -> Reply:
        """Resume it."""
        return ctx.bot.timetable.resume(self.schedule)
