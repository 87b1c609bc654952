"""`docker approval reject`: refuse what somebody else asked for."""

from __future__ import annotations

from commands.approval.deciding import Deciding
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission


class Reject(Deciding, name="approval reject", permission=Permission.LISTED, decides=True):
    """Refuse what somebody else asked for: nothing of it is done, whoever else agrees."""

    def run(self, ctx: Context) -> Reply:
        """Refuse it."""
        return ctx.bot.consents.reject(int(self.number), self.reason or ctx.given.get("reason", ""))
