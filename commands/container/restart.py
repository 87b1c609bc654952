"""docker restart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from commands.command import Also
from commands.container.halting import Halting
from commands.context import Context, Found, Missing, Target
from commands.reply import Reply
from commands.spec import Permission


class Restart(Halting, name="container restart", alias="restart", permission=Permission.ACT):
    """Stop one or more containers and start them again.

    A container that is not running is only started.
    """

    def also(self, found: Mapping[Target, Found | Missing]) -> Iterable[Also]:
        """It starts what does not run."""
        there = (each for each in found.values() if isinstance(each, Found))
        resting = (each.target for each in there if not (each.details.get("State") or {}).get("Running"))
        return (Also("container start", tuple(resting), part=True),)

    def run(self, ctx: Context) -> Reply:
        """Restart one after the other, as docker does: what comes later may need what comes first."""
        return self.halt(ctx, "restart")
