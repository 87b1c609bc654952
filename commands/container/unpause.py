"""docker unpause."""

from __future__ import annotations

from collections.abc import Iterable

from commands import wire
from commands.aftermath import Fate, Past
from commands.container import fates
from commands.container.several import Several
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission


class Unpause(Several, name="container unpause", alias="unpause", permission=Permission.ACT):
    """Let what stands still in one or more containers go on."""

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each goes on."""
        return fates.each(past, fates.unpaused)

    def run(self, ctx: Context) -> Reply:
        """Let all go on, side by side."""
        return self.each(
            lambda target: wire.post(ctx.patient, "/containers/{0}/unpause", ctx.id(target), params={}), ctx.beside
        )
