"""How often Slack takes a method: what comes more often is refused with the seconds to wait."""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable

from bot.workspace.errors import SlackError

MINUTE = 60.0  # seconds
QUOTAS = {"chat.update": 50}  # calls a minute; Slack, tier 3


class Quotas:
    """Counts the calls of each method; seconds is a clock that only goes on."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._taken: dict[str, deque[float]] = defaultdict(deque)

    def take(self, method: str) -> None:
        """Count a call; raises SlackError where there were too many in the last minute."""
        if method not in QUOTAS:
            return
        now, taken = self._seconds(), self._taken[method]
        while taken and taken[0] <= now - MINUTE:
            taken.popleft()
        if len(taken) >= QUOTAS[method]:
            wait = max(1, math.ceil(taken[0] + MINUTE - now))
            raise SlackError("ratelimited", status=429, retry_after=wait)
        taken.append(now)
