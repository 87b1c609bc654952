"""Slack's bad days, on demand: limits, failing and hanging methods."""

import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field

from bot.workspace.errors import SlackError

HANG_LIMIT = 60  # seconds; a request that hangs is let go at last
ANY = "*"
DOWNLOAD = "download"  # of a file, which is no method: half of it comes, then byte by byte


@dataclass(frozen=True)
class Hang:
    """What calls wait for, and whether one does that Slack has all of."""

    let_go: threading.Event = field(default_factory=threading.Event)
    caught: threading.Event = field(default_factory=threading.Event)


@dataclass
class Faults:
    """What the next calls of each method meet; `*` stands for every method."""

    limits: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))
    failures: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))
    lost: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))
    garbled: dict[str, deque[bytes | None]] = field(default_factory=lambda: defaultdict(deque))
    hanging: dict[str, Hang] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def before(self, method: str) -> None:
        """Raise what this call is to meet instead of being done."""
        seconds = self._next(self.limits, method)
        if seconds is not None:
            raise SlackError("ratelimited", status=429, retry_after=seconds)
        status = self._next(self.failures, method)
        if status is not None:
            raise SlackError("internal_error", status=status)

    def after(self, method: str) -> None:
        """Raise where the call is done but its answer gets lost."""
        status = self._next(self.lost, method)
        if status is not None:
            raise SlackError("internal_error", status=status)

    def garbles(self, method: str, body: bytes) -> bytes:
        """What this call, which is done, is answered: the body, or what takes its place."""
        with self.lock:
            planned = self.garbled[method if self.garbled[method] else ANY]
            if not planned:
                return body
            instead = planned.popleft()
        return body[: len(body) // 2] if instead is None else instead

    def held(self, method: str) -> Hang | None:
        """What a hanging method waits for."""
        return self.hanging.get(method) or self.hanging.get(ANY)

    def _next(self, planned: dict[str, deque[int]], method: str) -> int | None:
        with self.lock:
            for name in (method, ANY):
                if planned[name]:
                    return planned[name].popleft()
        return None
