"""docker stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from commands import touching
from commands.aftermath import Fate, Meant, Past
from commands.command import Also
from commands.container import fates, parts
from commands.container.halting import Halting
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Found, Missing, Target
from commands.touching import Looked, Shares


class Stop(Halting, name="container stop", alias="stop", permission=Permission.ACT):
    """End what runs in one or more containers.

    Each is asked to end by its stop signal and is killed when the grace is over, ten seconds unless it says otherwise.
    """

    def also(self, found: Mapping[Target, Found | Missing]) -> Iterable[Also]:
        """What was made with --rm is removed, with the volumes without a name."""
        return parts.of(parts.ENDING, found.values())

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each runs no more."""
        return fates.each(past, fates.stopped(self.patience), gone=Meant.done)

    def shares(self, found: Looked) -> Shares:
        """It ends what runs in them, and so what lives in their namespaces."""
        return touching.ended(found.values())

    def run(self, ctx: Context) -> Reply:
        """Stop them side by side; one that is stopped already counts as done."""
        return self.halt(ctx, "stop", ctx.beside)
