"""`docker report rm`: have a report come by itself no more."""

from __future__ import annotations

from commands.command import Command, arg
from commands.schedule.rm import Rm as ScheduleRm
from commands.spec import Permission


class Rm(
    Command,
    name="report rm",
    alias="report remove",
    permission=Permission.LISTED,
    decides=True,
    kin="schedule rm",
):
    """Have a report come by itself no more.

    It is `schedule rm`, by the number or the name that `report ls` tells.
    """

    schedule: str = arg("REPORT")

    def means(self) -> ScheduleRm:
        """The line of `schedule rm` that ends it."""
        return ScheduleRm(schedule=self.schedule, grep=self.grep, public=self.public, reason=self.reason)
