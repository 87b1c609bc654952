"""Files that answers give people: written to the bot's disk piece by piece, so that none is ever whole in memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BufferedReader
from pathlib import Path
from typing import Protocol, TypeAlias

from commands.attempts import Refusal


class TooLarge(Refusal):
    """More than one file may have, or than there is room for; what was written before can be kept all the same."""


class Draft(Protocol):
    """A file that is being written; it is thrown away where it is not finished."""

    @property
    def size(self) -> int:
        """The bytes that were written so far."""

    def expect(self, size: int) -> None:
        """Refuse so many bytes before any of them comes; raises TooLarge."""

    def opened(self) -> BufferedReader:
        """What was written so far, to be read from its beginning and to be closed."""

    def write(self, data: bytes) -> None:
        """Add to it; raises TooLarge."""

    def copy(self) -> Path:
        """What was written so far, kept beside it; raises TooLarge where there is no room."""

    def folder(self) -> Path:
        """A folder beside it, made anew, which goes where it does not stay; raises TooLarge where there is no room."""

    def finish(self, last: bytes = b"") -> Path:
        """Keep it, as long as answers are kept, with a last word that may go beyond its bound; where it lies."""


Drafts: TypeAlias = Callable[[], AbstractContextManager[Draft]]


def unwritten() -> AbstractContextManager[Draft]:
    """Where no file can be written: raises Refusal."""
    raise Refusal("No file can be written here.")
