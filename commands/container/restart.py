"""docker restart."""

from __future__ import annotations

from commands.command import Permission
from commands.container.halting import Halting
from commands.context import Context
from commands.reply import Reply


class Restart(Halting, name="container restart", alias="restart", permission=Permission.ACT):
    """Stop one or more containers and start them again.

    A container that is not running is only started.
    """

    def run(self, ctx: Context) -> Reply:
        """Restart one after the other, as docker does: what comes later may need what comes first."""
        return self.halt(ctx, "restart")
