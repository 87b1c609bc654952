"""All that a workspace remembers, in memory, behind one condition that every change notifies."""

import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.workspace.errors import SlackError
from bot.workspace.message import Message
from bot.workspace.people import (
    BOT_USER,
    SAMPLE_PEOPLE,
    Channel,
    Group,
    Person,
    direct_channel,
    sample_channels,
)

MESSAGES_A_CHANNEL = 1_000  # older ones are forgotten
Clock = Callable[[], float]


class State:
    """People, channels, groups, messages and views; `changed` guards and announces all of it."""

    def __init__(self, clock: Clock, bot_name: str) -> None:
        self.clock = clock
        self.bot_name = bot_name
        self.changed = threading.Condition(threading.RLock())
        self.version = 0
        self.listeners: set[Callable[[], None]] = set()
        self.people: dict[str, Person] = {person.id: person for person in SAMPLE_PEOPLE}
        self.people[BOT_USER] = Person(BOT_USER, bot_name, bot_name, is_bot=True)
        self.channels: dict[str, Channel] = {each.id: each for each in sample_channels(bot_name)}
        self.groups: dict[str, Group] = {}
        self._messages: dict[str, deque[Message]] = {}
        self._last_ts = 0

    def touch(self) -> None:
        """Say that something has changed: wakes every waiter and every open page."""
        with self.changed:
            self.version += 1
            self.changed.notify_all()
            for listener in tuple(self.listeners):
                listener()

    def next_ts(self) -> str:
        """A message time that no other message has."""
        with self.changed:
            self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def person(self, user: str) -> Person:
        """The account with this id; raises user_not_found."""
        if user not in self.people:
            raise SlackError("user_not_found")
        return self.people[user]

    def channel(self, channel: str) -> Channel:
        """The channel with this id; raises channel_not_found."""
        if channel not in self.channels:
            raise SlackError("channel_not_found")
        return self.channels[channel]

    def channel_of_bot(self, channel: str) -> Channel:
        """The same as the bot sees it: a private one that it is not in does not exist for it."""
        found = self.channel(channel)
        if found.kind != "public" and BOT_USER not in found.members:
            raise SlackError("channel_not_found")
        return found

    def direct(self, user: str) -> Channel:
        """The direct messages of this person with the bot, opened when needed."""
        self.person(user)
        with self.changed:
            opened = direct_channel(user)
            return self.channels.setdefault(opened.id, opened)

    def messages(self, channel: str, viewer: str | None = None) -> tuple[Message, ...]:
        """What stands in a channel, oldest first, as this person sees it (None: everything)."""
        with self.changed:
            return tuple(each for each in self._messages.get(channel, ()) if each.seen_by(viewer))

    def message(self, channel: str, ts: str) -> Message:
        """The message with this time; raises message_not_found."""
        for each in self.messages(channel):
            if each.ts == ts:
                return each
        raise SlackError("message_not_found")

    def add(self, message: Message) -> Message:
        """Put a message at the end of its channel."""
        with self.changed:
            kept = self._messages.setdefault(message.channel, deque(maxlen=MESSAGES_A_CHANNEL))
            kept.append(message)
            self.touch()
        return message

    def change(self, old: Message, **fields: Any) -> Message:
        """Put a changed message in the old one's place."""
        new = replace(old, **fields)
        with self.changed:
            kept = self._messages[old.channel]
            kept[kept.index(old)] = new
            self.touch()
        return new

    def remove(self, message: Message) -> None:
        """Take a message away."""
        with self.changed:
            self._messages[message.channel].remove(message)
            self.touch()


def with_ids(blocks: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """The blocks as Slack stores them: each with a block_id, each element that acts with an action_id."""
    return tuple(_with_ids(block) for block in blocks)


def _with_ids(block: Mapping[str, Any]) -> Mapping[str, Any]:
    stored = {"block_id": short_id(), **block}
    if block["type"] == "actions":
        stored["elements"] = [_acting(element) for element in block["elements"]]
    for key in ("accessory", "element"):
        if key in block:
            stored[key] = _acting(block[key])
    return stored


def _acting(element: Mapping[str, Any]) -> Mapping[str, Any]:
    return element if element["type"] == "image" else {"action_id": short_id(), **element}


def short_id() -> str:
    """Five characters, as Slack makes up block and action ids."""
    return secrets.token_urlsafe(6)[:5]
