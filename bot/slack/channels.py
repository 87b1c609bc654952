"""What Slack says of a channel just now: whether what is said there stays in this organisation, and who is in it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from enum import Enum
from typing import Any

from bot.clock import Clock
from bot.slack.connection import Connection
from bot.slack.said import Refused, told

FRESH = 15  # seconds that an answer may be old; nothing else is remembered
REMEMBERED = 1_000  # channels; more than that are asked anew
SHORTLY = 5  # seconds that runs by the clock share an answer, of which many may begin at once
PAGE = 999  # people, the most; Slack, conversations.members
METHOD = "conversations.info"
MEMBERS = "conversations.members"
NOT_FOUND = "channel_not_found"


class Reach(Enum):
    """Who may read a channel."""

    OWN = "people of this organisation"
    SHARED = "people of another organisation too, now or once they accept"
    CLOSED = "nobody anew: it is archived"
    HIDDEN = "unknown: Slack does not let the bot look at it, as at a private one that it has not joined"


class Channels:
    """Asks Slack, and remembers for a moment what it said."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._client = connection.client
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Reach]] = {}
        self._members: dict[str, tuple[float, frozenset[str]]] = {}

    def reach(self, channel: str) -> Reach:
        """Who may read it, at most 15 s ago; raises NotNow, Refused or Unsure where Slack does not say."""
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

    def forget(self, channel: str) -> None:
        """Ask anew the next time: Slack said otherwise meanwhile."""
        with self._lock:
            self._known.pop(channel, None)

    def members(self, channel: str) -> frozenset[str]:
        """Who is in it, at most 5 s ago; nobody where the bot may not look. Raises as reach does."""
        now = self._clock.now()
        with self._lock:
            asked, members = self._members.get(channel, (float("-inf"), frozenset()))
        if not 0 <= now - asked < SHORTLY:
            members = self._asked_members(channel)
            with self._lock:
                self._members = {name: each for name, each in self._members.items() if 0 <= now - each[0] < SHORTLY}
                self._members[channel] = (now, members)
        return members

    def _asked(self, channel: str) -> Reach:
        try:
            with told(METHOD):
                return _reach(self._client.conversations_info(channel=channel)["channel"])
        except Refused as refusal:
            if refusal.code == NOT_FOUND:
                return Reach.HIDDEN
            raise

    def _asked_members(self, channel: str) -> frozenset[str]:
        found: set[str] = set()
        cursor = ""
        try:
            with told(MEMBERS):
                while True:
                    page = self._client.conversations_members(channel=channel, limit=PAGE, cursor=cursor)
                    found.update(page["members"])
                    cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
                    if not cursor:
                        return frozenset(found)
        except Refused as refusal:
            if refusal.code == NOT_FOUND:
                return frozenset()
            raise


def _reach(channel: Mapping[str, Any]) -> Reach:
    if shared(channel):
        return Reach.SHARED
    return Reach.CLOSED if channel.get("is_archived") else Reach.OWN


def shared(channel: Mapping[str, Any]) -> bool:
    """Whether another organisation is in it or invited; other workspaces of the own one are not another."""
    beyond = channel.get("is_shared") and not channel.get("is_org_shared")
    return bool(beyond or channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"))
