"""What all lines that live on have in common for whoever attends to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bot.streams import Stream
from commands.forms import open_key
from commands.live import Progress

LONGEST = 16_384  # characters of a line, or of a block of lines that may be a secret together: then it goes on


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


@dataclass
class Unfinished:
    """The end of a text that comes in pieces: what has no end of a line yet, or may be the beginning of a key."""

    text: str = ""

    def take(self, piece: str) -> str:
        """What is finished by this piece, and can be looked over for secrets."""
        self.text += piece
        begun = open_key(self.text)
        end = self.text.rfind("\n", 0, len(self.text) if begun is None else begun) + 1
        if len(self.text) - end > LONGEST:
            end = len(self.text)
        finished, self.text = self.text[:end], self.text[end:]
        return finished

    def rest(self) -> str:
        """Nothing more of it comes: what is left."""
        left, self.text = self.text, ""
        return left
