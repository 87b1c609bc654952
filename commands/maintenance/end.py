"""`docker maintenance end`: say that the work on a host is over."""

from __future__ import annotations

from commands.command import Command, arg
from commands.context import Context
from commands.intent import Intent
from commands.reply import Reply
from commands.spec import Permission


class End(Command, name="maintenance end", permission=Permission.CHANGE):
    """Say that the work on a host is over, before it ends by itself."""

    host: str = arg("HOST")

    def intent(self, ctx: Context) -> Intent:
        """The act, where it is the asker's; raises Refusal."""
        ctx.bot.upkeep.check(self.spec.name, self.host)
        return super().intent(ctx)

    def run(self, ctx: Context) -> Reply:
        """End it."""
        return ctx.bot.upkeep.finish(self.host)
