"""What can be arranged in a workspace: people, places, and Slack's bad days."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from bot.workspace.faults import ANY, Hang
from bot.workspace.parts import Parts
from bot.workspace.people import Channel, Group, Person
from bot.workspace.request_url import RequestUrl

Thing = TypeVar("Thing", Person, Channel, Group)


class Stage(Parts):
    """The arrangements."""

    def add_user(self, user: str, name: str, **flags: Any) -> Person:
        """A new account, in no channel; the flags are Person's fields."""
        return self._put(self.state.people, Person(user, name, flags.pop("real_name", name), **flags))

    def change_user(self, user: str, **flags: Any) -> Person:
        """The same account with other flags, as `deleted=True`."""
        return self._put(self.state.people, replace(self.state.person(user), **flags))

    def change_channel(self, channel: str, **flags: Any) -> Channel:
        """The same channel with other flags, as `is_ext_shared=True`, or other members."""
        return self._put(self.state.channels, replace(self.state.channel(channel), **flags))

    def add_group(self, group: str, handle: str, *users: str) -> Group:
        """A user group with these people in it; the same id again replaces it."""
        return self._put(self.state.groups, Group(group, handle, handle, users))

    def rate_limit(self, method: str = ANY, seconds: int = 1, times: int = 1) -> None:
        """The next calls of a method get 429 with this Retry-After."""
        self.faults.limits[method].extend([seconds] * times)

    def fail(self, method: str = ANY, status: int = 500, times: int = 1, *, after: bool = False) -> None:
        """The next calls of a method fail, not done; with `after` they are done and only the answer is lost."""
        planned = self.faults.lost if after else self.faults.failures
        planned[method].extend([status] * times)

    def garble(self, method: str = ANY, body: bytes | None = None, times: int = 1) -> None:
        """The next calls of a method, or `response_url`, are done and answered with these bytes (None: the half)."""
        self.faults.garbled[method].extend([body] * times)

    @contextlib.contextmanager
    def hang(self, method: str = ANY) -> Iterator[threading.Event]:
        """Calls of a method hang as long as the block lasts, and are done then; what is given tells of the first."""
        held = self.faults.hanging[method] = Hang()
        try:
            yield held.caught
        finally:
            del self.faults.hanging[method]
            held.let_go.set()

    def drop_connections(self, count: int | None = None) -> None:
        """Cut Socket Mode connections without a word (None: all)."""
        self.socket_mode.drop(count)

    def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask the bot to reconnect; `warning` leaves the old connections open."""
        self.socket_mode.refresh(reason)

    def deliver_by_http(self, url: str, signing_secret: str | None = None) -> RequestUrl:
        """From now on send signed requests to this URL rather than envelopes."""
        secret = signing_secret or self.signing_secret
        self.request_url = RequestUrl(url, secret, self.state.clock, self.acknowledged)
        return self.request_url

    def _put(self, things: dict[str, Thing], thing: Thing) -> Thing:
        with self.state.changed:
            things[thing.id] = thing
            self.state.touch()
        return thing
