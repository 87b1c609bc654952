"""`docker stream file`: what a line that lives on has printed until now, as a file."""

from __future__ import annotations

from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission
from commands.stream.one import One


class File(One, name="stream file", permission=Permission.LISTED):
    """Give what a line of yours that lives on has printed until now, as a file; it goes on."""

    def run(self, ctx: Context) -> Reply:
        """A copy of it."""
        return Reply((ctx.bot.streams.file(int(self.number)),))
