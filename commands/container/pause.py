"""docker pause."""

from __future__ import annotations

from collections.abc import Iterable

from commands import wire
from commands.aftermath import Fate, Past
from commands.container import fates
from commands.container.several import Several
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission


class Pause(Several, name="container pause", alias="pause", permission=Permission.ACT):
    """Let everything that runs in one or more containers stand still.

    It keeps its memory and its ports, and goes on where it was with unpause.
    """

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each stands still."""
        return fates.each(past, fates.paused)

    def run(self, ctx: Context) -> Reply:
        """Pause all, side by side."""
        return self.each(
            lambda target: wire.post(ctx.patient, "/containers/{0}/pause", ctx.id(target), params={}), ctx.beside
        )
