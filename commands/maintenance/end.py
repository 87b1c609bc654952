"""`docker maintenance end`: say that the work on a host is over."""

from __future__ import annotations

from commands.context import Context
from commands.maintenance.tending import Tending
from commands.reply import Reply
from commands.spec import Permission


class End(Tending, name="maintenance end", permission=Permission.CHANGE, decides=True):
    """Say that the work on a host is over, before it ends by itself."""

    def run(self, ctx: Context) -> Reply:
        """End it."""
        return ctx.bot.upkeep.finish(self.host)
