"""`docker stream pause`: have a line that lives on painted no more."""

from __future__ import annotations

from commands.context import Context
from commands.reply import Reply, note
from commands.spec import Permission
from commands.stream.one import One


class Pause(One, name="stream pause", permission=Permission.LISTED):
    """Have a line that lives on painted no more, so that it can be read; what comes meanwhile is kept for its file."""

    def run(self, ctx: Context) -> Reply:
        """Let it be."""
        return note(ctx.bot.streams.pause(int(self.number)))
