"""`docker approval review`: say that one has looked at what was done without consent."""

from __future__ import annotations

from commands.approval.deciding import Deciding
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission


class Review(Deciding, name="approval review", permission=Permission.LISTED, decides=True):
    """Say that you have looked at what somebody else did by breaking the glass."""

    def run(self, ctx: Context) -> Reply:
        """Note it."""
        return ctx.bot.consents.review(int(self.number))
