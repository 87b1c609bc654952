"""`docker schedule revoke`: take back what was agreed to for all runs of a schedule."""

from __future__ import annotations

from commands.command import Command, arg
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission


class Revoke(Command, name="schedule revoke", permission=Permission.LISTED, decides=True):
    """Have each run of a schedule ask for consent again, where people had agreed to all of them at once.

    It is for whoever added the schedule, and for those who might have agreed.
    """

    schedule: str = arg("SCHEDULE")

    def run(self, ctx: Context) -> Reply:
        """Take it back."""
        return ctx.bot.timetable.revoke(self.schedule)
