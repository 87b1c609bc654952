"""`docker maintenance start`: say that somebody works on a host."""

from __future__ import annotations

from dataclasses import replace

from commands import units
from commands.attempts import Refusal
from commands.command import arg, args
from commands.context import Context
from commands.intent import Intent
from commands.maintenance.tending import Tending
from commands.spec import Permission

LEAST, MOST = 60, 7 * 86_400  # seconds


class Start(Tending, name="maintenance start", permission=Permission.CHANGE, decides=True):
    """Say that you work on a host for a while.

    What runs by the clock there waits until it is over, and is run then or skipped, by its rule; alerts about the host
    are held back and told in one message when it ends. Lines that people type are run as ever.
    """

    duration: str = arg("DURATION")
    why: tuple[str, ...] = args("WHY")

    def intent(self, ctx: Context) -> Intent:
        """To begin it; raises Refusal, also for a length of time that is none."""
        seconds = units.seconds(self.duration)
        if seconds is None or not LEAST <= seconds <= MOST:
            raise Refusal(f"invalid duration '{self.duration}': expected 30m, 2h or 1d, 7d at most")
        return replace(super().intent(ctx), do=lambda: ctx.bot.upkeep.begin(self.host, seconds, " ".join(self.why)))
