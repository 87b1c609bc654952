"""What waits to be sent: in order for each channel, paced, and never in the way of the work."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from functools import partial

from bot import tracing
from bot.slack.letter import Letter
from bot.slack.said import NotNow

SENDERS = 4  # threads; a call of the Web API takes 0.1 to 0.3 s
LANE_LIMIT = 100  # letters that may wait for one channel; of those that give way, as many again
LIMIT = 2_000  # letters that may wait in all; of those that give way, as many again
AGE_LIMIT = 15 * 60  # seconds; a letter that could not be sent for so long is given up

log = logging.getLogger(__name__)


@dataclass
class _Waiting:
    letter: Letter
    since: float  # of the monotonic clock
    part: tracing.Part = field(default_factory=lambda: tracing.Part("queue"))


@dataclass
class _Lane:
    """The letters for one channel, one after the other; the times are of the monotonic clock."""

    letters: deque[_Waiting] = field(default_factory=deque)
    behind: deque[_Waiting] = field(default_factory=deque)  # those that give way to all others
    ready: float = 0.0  # before it nothing may go, Slack said
    rested: float = 0.0  # before it nothing may go that has a pace
    busy: bool = False

    @property
    def queue(self) -> deque[_Waiting]:
        """Those of which the first goes next; empty where nothing waits."""
        return self.letters or self.behind

    @property
    def turn(self) -> float:
        """When the next letter may go."""
        return max(self.ready, self.rested) if self.queue and self.queue[0].letter.pace else self.ready

    def is_idle(self, now: float) -> bool:
        """Whether nothing waits, and nothing would have to."""
        return not self.queue and max(self.ready, self.rested) <= now


class Outbox:
    """A few threads that send the letters of all lanes."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lanes: dict[str, _Lane] = {}
        self._waiting = 0
        self._giving_way = 0  # how many of those
        self._ending = self._ended = False
        self._threads = [
            threading.Thread(target=self._work, name=f"slack-out-{i}", daemon=True) for i in range(SENDERS)
        ]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def put(self, lane: str, letter: Letter, *, behind: bool = False) -> bool:
        """Queue a letter; False where too many wait already. behind: it gives way to all others of its lane."""
        with self._changed:
            held = self._lanes.setdefault(lane, _Lane())
            queue = held.behind if behind else held.letters
            waiting = self._giving_way if behind else self._waiting - self._giving_way
            if self._ending or waiting >= LIMIT or len(queue) >= LANE_LIMIT:
                log.error("a message for %s was not sent: too many wait already", lane)
                return False
            queue.append(_Waiting(letter, time.monotonic()))
            self._waiting += 1
            self._giving_way += behind
            self._changed.notify()
        return True

    def close(self, limit: float = 5) -> None:
        """Send what waits, for at most so many seconds in all, and end; a call that hangs then is left behind."""
        deadline = time.monotonic() + limit
        with self._changed:
            self._ending = True
            self._changed.wait_for(lambda: self._ended or not self._waiting, limit)
            if self._waiting and not self._ended:
                log.error("%s messages were not sent before the end", self._waiting)
            self._ended = True
            self._changed.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        while (found := self._next()) is not None:
            lane, queue = found
            waiting = queue[0]
            done, wait = waiting.part.run(partial(self._send, waiting))
            self._done(lane, queue, done, wait)
            if done:
                waiting.part.end()

    def _next(self) -> tuple[_Lane, deque[_Waiting]] | None:
        """Wait for the lane whose turn it is, and those of its letters whose first goes; None at the end."""
        with self._changed:
            while not self._ended:
                now = time.monotonic()
                self._forget(now)
                free = [lane for lane in self._lanes.values() if lane.queue and not lane.busy]
                lane = min(free, key=lambda each: each.turn, default=None)
                if lane is not None and lane.turn <= now:
                    lane.busy = True
                    return lane, lane.queue
                self._changed.wait(None if lane is None else lane.turn - now)
        return None

    def _forget(self, now: float) -> None:
        """Drop the lanes in which nothing waits and whose pace holds nothing back."""
        for name in [name for name, lane in self._lanes.items() if lane.is_idle(now)]:
            del self._lanes[name]

    @tracing.timed("send")
    def _send(self, waiting: _Waiting) -> tuple[bool, float]:
        """Whether the letter is done, and the seconds until its lane may be tried again."""
        if time.monotonic() - waiting.since > AGE_LIMIT:
            log.error("a message was given up after %s s", AGE_LIMIT)
            waiting.letter.give_up()
            return True, 0
        try:
            done = waiting.letter.send()
        except NotNow as later:
            log.warning("%s", later)
            return False, later.seconds
        except Exception:  # a bug of ours must not take the thread with it
            log.exception("a message could not be sent")
            waiting.letter.give_up()
            return True, 0
        return done, 0

    def _done(self, lane: _Lane, queue: deque[_Waiting], done: bool, wait: float) -> None:
        with self._changed:
            now = time.monotonic()
            lane.ready = now + wait
            if done:
                lane.rested = max(lane.rested, now + queue.popleft().letter.pace)
                self._waiting -= 1
                self._giving_way -= queue is lane.behind
            lane.busy = False
            self._changed.notify_all()
