"""`docker stream resume`: have a line that lives on painted again."""

from __future__ import annotations

from commands.context import Context
from commands.reply import Reply, note
from commands.spec import Permission
from commands.stream.one import One


class Resume(One, name="stream resume", permission=Permission.LISTED):
    """Have a line that lives on painted again, with what came meanwhile."""

    def run(self, ctx: Context) -> Reply:
        """Go on."""
        return note(ctx.bot.streams.resume(int(self.number)))
