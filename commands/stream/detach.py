"""`docker stream detach`: leave a session, and have what runs there go on."""

from __future__ import annotations

from commands.context import Context
from commands.reply import Reply, note
from commands.spec import Permission
from commands.stream.one import One


class Detach(One, name="stream detach", permission=Permission.LISTED):
    """Leave a session of yours, and have what runs there go on."""

    def run(self, ctx: Context) -> Reply:
        """Leave it."""
        return note(ctx.bot.streams.detach(int(self.number)))
