"""What time it is, for everything that asks."""

from __future__ import annotations

import time


class Clock:
    """The machine's own clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def apart(self, other: float) -> float:
        """The seconds between it and another clock that shows this now."""
        return abs(self.now() - other)
