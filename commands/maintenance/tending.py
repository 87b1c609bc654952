"""What the verbs share by which the maintenance of a host begins and ends."""

from __future__ import annotations

from collections.abc import Iterable

from commands.aftermath import End, Fate, Past
from commands.command import Command, arg
from commands.context import Context
from commands.intent import Intent


class Tending(Command):
    """An act on one host."""

    host: str = arg("HOST")

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether it was done, which is noted as it is."""
        if "maintenance" in past.noted:
            return (Fate(End.DONE, f"what was to be noted of {self.host} was"),)
        return (Fate(End.UNDONE, f"nothing was noted of {self.host}"),)

    def intent(self, ctx: Context) -> Intent:
        """The act, where it is the asker's; raises Refusal."""
        ctx.bot.upkeep.check(self.spec.name, self.host)
        return super().intent(ctx)
