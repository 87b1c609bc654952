"""`docker approval cancel`: take back what one asked for."""

from __future__ import annotations

from commands.approval.deciding import Deciding
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission


class Cancel(Deciding, name="approval cancel", alias="approval withdraw", permission=Permission.LISTED, decides=True):
    """Take back what you asked for, as long as it has not begun."""

    def run(self, ctx: Context) -> Reply:
        """Take it back."""
        return ctx.bot.consents.cancel(int(self.number))
