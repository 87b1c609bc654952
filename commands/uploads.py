"""Files that people gave to the chat, as far as whoever asks may have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from commands.attempts import Refusal
from commands.filing import Draft
from commands.live import Ending

Moved: TypeAlias = Callable[[int, int], None]  # hears how many bytes of how many have come


class Uploads(Protocol):
    """Those that the asker may name here."""

    def fetch(self, file: str, draft: Draft, moved: Moved, work: Ending) -> str:
        """Write the file of this id, which breaks off as soon as the work has to end; its name.

        Raises Refusal, before anything of it comes where it is too large.
        """


class NoUploads:
    """Where there is no chat."""

    def fetch(self, file: str, draft: Draft, moved: Moved, work: Ending) -> str:
        """Raise Refusal."""
        del draft, moved, work
        raise Refusal(
            f"{file} is a file in Slack, and nothing is fetched from there for a line that was not given there."
        )
