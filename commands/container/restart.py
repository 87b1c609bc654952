"""docker restart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from commands import touching
from commands.aftermath import Fate, Past
from commands.command import Also
from commands.container import fates, parts
from commands.container.halting import Halting
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Found, Missing, Target
from commands.touching import Looked, Shares


class Restart(Halting, name="container restart", alias="restart", permission=Permission.ACT):
    """Stop one or more containers and start them again.

    A container that is not running is only started.
    """

    def also(self, found: Mapping[Target, Found | Missing]) -> Iterable[Also]:
        """It starts what does not run, and what is paused goes on."""
        return parts.of(parts.RESTARTING, found.values())

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each was started since."""
        return fates.each(past, fates.restarted(self.patience))

    def shares(self, found: Looked) -> Shares:
        """It ends what runs in them, and so what lives in their namespaces."""
        return touching.ended(found.values())

    def run(self, ctx: Context) -> Reply:
        """Restart one after the other, as docker does: what comes later may need what comes first."""
        return self.halt(ctx, "restart")
