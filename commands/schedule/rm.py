"""`docker schedule rm`: end a schedule."""

from __future__ import annotations

from commands.context import Context
from commands.reply import Reply
from commands.schedule.changing import Changing
from commands.spec import Permission


class Rm(Changing, name="schedule rm", alias="schedule remove", permission=Permission.LISTED, decides=True):
    """End a schedule: your own; another's takes a rule that lets you change things. Its runs stay in the record."""

    def run(self, ctx: Context) -> Reply:
        """End it."""
        return ctx.bot.timetable.remove(self.schedule)
