"""What the verbs share by which somebody changes what is on the timetable."""

from __future__ import annotations

from commands.command import Command, arg
from commands.context import Context
from commands.intent import Intent


class Changing(Command):
    """An act on one schedule."""

    schedule: str = arg("SCHEDULE")

    def intent(self, ctx: Context) -> Intent:
        """The act, where it is the asker's; raises Refusal."""
        ctx.bot.timetable.check(self.spec.name, self.schedule)
        return super().intent(ctx)
