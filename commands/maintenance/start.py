"""`docker maintenance start`: say that somebody works on a host."""

from __future__ import annotations

from commands import units
from commands.command import arg, args
from commands.context import Context
from commands.maintenance.tending import Tending
from commands.reply import Reply
from commands.spec import Permission

LEAST, MOST = 60, 7 * 86_400  # seconds


class Start(Tending, name="maintenance start", permission=Permission.CHANGE):
    """Say that you work on a host for a while.

    What runs by the clock there waits until it is over, and is run then or skipped, by its rule; alerts about the host
    are held back and told in one message when it ends. Lines that people type are run as ever.
    """

    duration: str = arg("DURATION")
    why: tuple[str, ...] = args("WHY")

    def problem(self) -> str | None:
        """A length of time that is none."""
        seconds = units.seconds(self.duration)
        good = seconds is not None and LEAST <= seconds <= MOST
        return None if good else f"invalid duration '{self.duration}': expected 30m, 2h or 1d, 7d at most"

    def run(self, ctx: Context) -> Reply:
        """Begin it."""
        seconds = units.seconds(self.duration)
        assert seconds is not None  # noqa: S101 - problem() has seen to it
        return ctx.bot.upkeep.begin(self.host, seconds, " ".join(self.why))
