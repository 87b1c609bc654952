"""What was kept of one engine, for whoever reports on it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.database import Unwritable
from bot.metrics import Metrics
from commands.samples import Past, Weighed


@dataclass(frozen=True)
class HostSamples:
    """What was kept of one engine, as reports ask for it: a file that cannot be read, or is not there, stops none."""

    metrics: Metrics
    host: str

    def past(self, since: float, until: float, step: float) -> Past:
        """What was between two times in epoch seconds, in spans of so many; or why that cannot be told."""
        try:
            return self.metrics.past(self.host, since, until, step) if self.metrics.is_there() else Past()
        except Unwritable as error:
            return Past(why=str(error))

    def disks(self, since: float, until: float) -> Weighed:
        """The disk between two times; or why that cannot be told."""
        try:
            return Weighed(self.metrics.disks(self.host, since, until)) if self.metrics.is_there() else Weighed()
        except Unwritable as error:
            return Weighed(why=str(error))
