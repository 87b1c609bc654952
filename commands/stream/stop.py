"""`docker stream stop`: end a line that lives on."""

from __future__ import annotations

from commands.context import Context
from commands.reply import Reply, note
from commands.spec import Permission
from commands.stream.one import One


class Stop(One, name="stream stop", permission=Permission.LISTED):
    """End a line that lives on: your own; another's takes a rule that lets you change things.

    What it printed until then is its answer. What runs in a container is not stopped by that.
    """

    def run(self, ctx: Context) -> Reply:
        """End it."""
        return note(ctx.bot.streams.stop(int(self.number)))
