"""A clock for tests: it stands still until it is set."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock


@dataclass
class SetClock(Clock):
    """A clock that stands still until it is set, and every other with it; unless it is wrong by so many seconds."""

    at: float = 0.0
    wrong: float = 0.0

    def now(self) -> float:
        """The seconds since the epoch that it was set to."""
        return self.at

    def apart(self, other: float) -> float:
        """How wrong it is: no engine can be told another time."""
        del other
        return self.wrong
