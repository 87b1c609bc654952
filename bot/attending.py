"""What all lines that live on have in common for whoever attends to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bot.stream import Stream
from commands.live import Progress


@dataclass
class Attending:
    """The stream of such a line, and what is called often with how it looks, and never waits."""

    stream: Stream
    progress: Progress

    @property
    def ended(self) -> str:
        """Why it has to end."""
        return self.stream.ended

    def wait(self, seconds: float) -> bool:
        """Wait for so long, less where it has to end."""
        return self.stream.wait(seconds)

    def closing(self, close: Callable[[], None]) -> AbstractContextManager[None]:
        """For as long as this lasts, close is called once it has to end."""
        return self.stream.closing(close)

    def together(self, jobs: Sequence[Callable[[], str]]) -> list[str]:
        """Do all of these at once, each in a thread of its own but the first."""
        return self.stream.together(jobs)
