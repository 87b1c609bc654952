"""A clock for tests: it stands still until it is set."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock


@dataclass
class SetClock(Clock):
    """A clock that stands still until it is set."""

    at: float = 0.0

    def now(self) -> float:
        """The seconds since the epoch that it was set to."""
        return self.at
