"""`docker cleanup on`: let a cleanup remove what it shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from commands.aftermath import Fate, Past, untold
from commands.cleanup.set import UNTOLD
from commands.command import Command, arg
from commands.context import Context
from commands.reply import Reply, note
from commands.spec import Permission


class On(Command, name="cleanup on", permission=Permission.CHANGE):
    """Let a cleanup's runs remove what they only showed so far.

    Whatever is set anew under its name makes it dry again.
    """

    policy: str = arg("NAME", choosing=True)

    def became(self, past: Past) -> Iterable[Fate]:
        """Nothing at the engine tells."""
        del past
        return untold(UNTOLD)

    def run(self, ctx: Context) -> Reply:
        """Keep it so."""
        found = ctx.bot.cleanups.policy(self.policy)
        ctx.bot.cleanups.keep(replace(found, on=True))
        return note(f"The policy {self.policy} is on: `cleanup run {self.policy}` removes what it means.")
