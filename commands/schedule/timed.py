"""What the verbs share by which something is put on the timetable."""

from __future__ import annotations

from commands.command import Command, flag

FIELDS = 5  # of a cron expression


class Timed(Command):
    """When something is to be run by the clock, unless its words say so, and what goes with that."""

    every: str = flag(default="", help="Again and again after so long, as 90m, 6h or 1d", label="duration")
    at: str = flag(default="", help='Once, as 18:00, "tomorrow 18:00", "2026-12-01 18:00" or "in 2h"', label="moment")
    tz: str = flag(default="", help="The time zone by which it is read, as Europe/Berlin; your own in Slack, else UTC")
    name: str = flag(default="", help="What to call it, besides its number")
    late: str = flag(
        default="", help="What to do where a run is late: run or skip it; else it is run while that is not too late"
    )
    quiet_ok: bool = flag(default=False, help="Run it in the policy's quiet hours, too")
    yes: bool = flag("-y", default=False, help="Keep it without being asked")

    @property
    def is_timed(self) -> bool:
        """Whether a flag says when, so that no word does."""
        return bool(self.every or self.at)
