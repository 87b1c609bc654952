"""`docker cleanup rm`: forget what a cleanup takes."""

from __future__ import annotations

from collections.abc import Iterable

from commands.aftermath import Fate, Past, untold
from commands.cleanup.set import UNTOLD
from commands.command import Command, arg
from commands.context import Context
from commands.reply import Reply, lines
from commands.spec import Permission


class Rm(Command, name="cleanup rm", alias="cleanup remove", permission=Permission.CHANGE):
    """Forget a cleanup policy.

    What its runs did stays in `cleanup history`.
    """

    policy: str = arg("NAME", choosing=True)

    def became(self, past: Past) -> Iterable[Fate]:
        """Nothing at the engine tells."""
        del past
        return untold(UNTOLD)

    def run(self, ctx: Context) -> Reply:
        """Forget it."""
        ctx.bot.cleanups.drop(self.policy)
        return lines([self.policy])
