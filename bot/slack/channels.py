"""What Slack says of a channel just now: whether what is said there stays in this organisation."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from enum import Enum
from typing import Any

from bot.clock import Clock
from bot.slack.connection import Connection
from bot.slack.said import Refused, told

FRESH = 60  # seconds that an answer may be old; nothing else is remembered
REMEMBERED = 1_000  # channels; more than that are asked anew
METHOD = "conversations.info"
NOT_FOUND = "channel_not_found"


class Reach(Enum):
    """Who may read a channel."""

    OWN = "people of this organisation"
    SHARED = "people of another organisation too, now or once they accept"
    HIDDEN = "unknown: Slack does not let the bot look at it, as at a private one that it has not joined"


class Channels:
    """Asks Slack, and remembers for a minute what it said."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._client = connection.client
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Reach]] = {}

    def reach(self, channel: str) -> Reach:
        """Who may read it, at most 60 s ago; raises NotNow, Refused or Unsure where Slack does not say."""
        now = self._clock.now()
        with self._lock:
            asked, reach = self._known.pop(channel, (float("-inf"), Reach.HIDDEN))
        if not 0 <= now - asked < FRESH:
            asked, reach = now, self._asked(channel)
        with self._lock:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[channel] = (asked, reach)
        return reach

    def _asked(self, channel: str) -> Reach:
        try:
            with told(METHOD):
                is_shared = shared(self._client.conversations_info(channel=channel)["channel"])
        except Refused as refusal:
            if refusal.code == NOT_FOUND:
                return Reach.HIDDEN
            raise
        return Reach.SHARED if is_shared else Reach.OWN


def shared(channel: Mapping[str, Any]) -> bool:
    """Whether another organisation is in it or invited; other workspaces of the own one are not another."""
    beyond = channel.get("is_shared") and not channel.get("is_org_shared")
    return bool(beyond or channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"))
