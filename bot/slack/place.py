"""Where an answer goes."""

from __future__ import annotations

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
