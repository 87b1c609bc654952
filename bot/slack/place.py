"""Where an answer goes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where something was asked, and by whom.

    thread is the one that it was asked in, beneath the message under which what everybody may see is answered;
    response_url answers where it was asked, joined channel or not; direct is a conversation with the bot alone.
    """

    channel: str
    user: str = ""
    thread: str = ""
    beneath: str = ""
    response_url: str = ""
    direct: bool = False

    @classmethod
    def asked(cls, channel: str, user: str, thread: str) -> Place:
        """Where something was asked before, by what the record has of that."""
        return cls(channel, user, thread, thread, direct=channel.startswith("D"))

    def kept(self) -> dict[str, str | bool]:
        """What of it may be written down: all but the response_url, by which anybody could answer."""
        told = dataclasses.asdict(self)
        return {name: value for name, value in told.items() if name != "response_url"}
