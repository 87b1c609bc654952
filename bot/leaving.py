"""What workers are at or have still to begin, and what whoever asked is told of it where slashdock ends before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from bot import answers
from bot.answers import End
from bot.request import Outcome, Received, Status
from commands.command import Command
from commands.reply import note

GOES_ON = "slashdock stops now, and number {} is still under way. What became of it is told after the next start."
ENDS = "slashdock stops now, and number {} with it. What became of it is told after the next start."
IS_LOST = "slashdock stops now, and number {} with it. It changes nothing: send the line again after the next start."
NOT_BEGUN = "slashdock stops now, before this was begun. Nothing was done: send the line again after the next start."


@dataclass(frozen=True)
class Task:
    """A line for a worker; received is None where it waited for consent: then the next start begins it."""

    number: int
    line: str
    host: str
    answer: Callable[[Outcome], None]
    received: Received | None = None


class Tasks:
    """Those that wait for a worker, and those that have one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[int, Task] = {}
        self._begun: dict[int, Task] = {}
        self._left = False

    def wait(self, task: Task) -> bool:
        """It is about to be queued; False where it is already, or has a worker."""
        with self._lock:
            if task.number in self._waiting or task.number in self._begun:
                return False
            self._waiting[task.number] = task
            return True

    def begin(self, task: Task) -> bool:
        """A worker takes it up; False where it was left."""
        with self._lock:
            self._waiting.pop(task.number, None)
            if not self._left:
                self._begun[task.number] = task
            return not self._left

    def end(self, task: Task) -> None:
        """It is over, or was not taken."""
        with self._lock:
            self._waiting.pop(task.number, None)
            self._begun.pop(task.number, None)

    def leave(self) -> tuple[tuple[Task, ...], tuple[Task, ...]]:
        """Those that are under way, and those that are not begun any more."""
        with self._lock:
            self._left = True
            return tuple(self._begun.values()), tuple(self._waiting.values())


def told(task: Task, command: Command | None) -> Outcome:
    """What becomes of one that is under way; command is None where its line cannot be read."""
    text = GOES_ON
    if command is not None and not command.spec.has_effect:
        text = IS_LOST
    elif command is not None and command.attended:
        text = ENDS
    line = answers.written(task.line)
    return Outcome(Status.UNKNOWN, note(text.format(task.number)), task.number, line=line, host=task.host)


def not_begun() -> End:
    """How one ends that no worker has taken up."""
    return End(Status.FAILED, "slashdock stopped", answers.told(NOT_BEGUN))
