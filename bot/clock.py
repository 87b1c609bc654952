"""What time it is, for everything that asks."""

from __future__ import annotations

import time
from dataclasses import dataclass


class Clock:
    """The machine's own clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()


@dataclass
class SetClock(Clock):
    """A clock that stands still until it is set."""

    at: float = 0.0

    def now(self) -> float:
        """The seconds since the epoch that it was set to."""
        return self.at
