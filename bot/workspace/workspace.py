"""The local workspace: a server in Slack's place, with the people in it at the caller's command."""

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from starlette.types import ASGIApp

from bot.workspace import payloads, server
from bot.workspace.chat import Chat
from bot.workspace.conversations import Conversations
from bot.workspace.delivery import Delivery
from bot.workspace.elements import action, values
from bot.workspace.errors import SlackError
from bot.workspace.faults import ANY, Faults
from bot.workspace.files import Files
from bot.workspace.message import Message
from bot.workspace.people import TEAM, Channel, Group, Person
from bot.workspace.request_url import RequestUrl
from bot.workspace.responses import Responses
from bot.workspace.routes import routes
from bot.workspace.socket_mode import SocketMode
from bot.workspace.state import Clock, State
from bot.workspace.tickets import Tickets
from bot.workspace.users import Users
from bot.workspace.views import View, Views, checked
from bot.workspace.web_api import Call, WebApi

WAIT_SECONDS = 10

Found = TypeVar("Found")
Thing = TypeVar("Thing", Person, Channel, Group)


@dataclass(frozen=True)
class Keys:
    """What opens the workspace; random unless given."""

    bot_token: str = field(default_factory=lambda: f"xoxb-local-{secrets.token_hex(16)}")
    app_token: str = field(default_factory=lambda: f"xapp-1-A0LOCAL001-{secrets.token_hex(16)}")
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    page_key: str = field(default_factory=lambda: secrets.token_urlsafe(24))


class Workspace:
    """One workspace with one app in it."""

    def __init__(
        self,
        keys: Keys | None = None,
        *,
        bot_name: str = "slashdock",
        command: str = "/docker",
        clock: Clock = time.time,
    ) -> None:
        self.keys = keys or Keys()
        self.bot_token, self.app_token = self.keys.bot_token, self.keys.app_token
        self.signing_secret = self.keys.signing_secret
        self.command = command
        self.faults = Faults()
        self.state = State(clock, bot_name)
        self.tickets = Tickets(clock)
        self.responses = Responses(self.state)
        self.files = Files(self.state)
        self.views = Views(self.state, self.tickets)
        self.socket_mode = SocketMode(self.state, self._acknowledged)
        self.request_url: RequestUrl | None = None
        self.web_api = WebApi(self.state, self.faults, (self.bot_token, self.app_token))
        for part in (Chat(self.state), Conversations(self.state), Users(self.state)):
            self.web_api.methods |= part.methods
        for served in (self.files, self.views, self.socket_mode):
            self.web_api.methods |= served.methods
        self._base_url = ""

    # --- serving ---------------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """Where the workspace is reached, `http://127.0.0.1:PORT`; set it when another server mounts it."""
        return self._base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self._base_url = self.files.base_url = self.socket_mode.base_url = url.rstrip("/")

    @property
    def api_url(self) -> str:
        """The base of the Web API, for WebClient(base_url=...)."""
        return f"{self.base_url}/api/"

    @property
    def page_url(self) -> str:
        """The page's address with the key in it: whoever has it acts as any person here."""
        return f"{self.base_url}/#{self.keys.page_key}"

    def asgi(self) -> ASGIApp:
        """The application."""
        return routes(self)

    @contextlib.contextmanager
    def serve(self, port: int = 0) -> Iterator[str]:
        """A server of its own in a thread; gives the base address."""
        with server.listen(port) as listening:
            self.base_url = f"http://{server.LOOPBACK}:{listening.getsockname()[1]}"
            with server.serve(self.asgi(), listening):
                yield self.base_url

    # --- what people do ----------------------------------------------------------------------------------

    def slash(self, user: str, channel: str, text: str = "", command: str | None = None, **fields: Any) -> Delivery:
        """A person gives a slash command; further fields replace those of the payload."""
        payload = payloads.slash_command(
            self.state.person(user),
            self.state.channel(channel),
            command or self.command,
            text,
            self._ways("commands", channel, user),
        )
        return self.deliver("slash_commands", payload | fields)

    def mention(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Delivery:
        """A person mentions the bot in a channel that it is in."""
        message = self.say(user, channel, payloads.bot_user_mention(text), thread_ts)
        return self._spoken(message, "app_mention")

    def direct(self, user: str, text: str, thread_ts: str | None = None) -> Delivery:
        """A person writes to the bot alone."""
        message = self.say(user, self.state.direct(user).id, text, thread_ts)
        return self._spoken(message, "message")

    def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Message:
        """A person writes something that the bot is not told of."""
        self.state.person(user)
        where = self.state.channel(channel).id
        return self.state.add(Message(where, self.state.next_ts(), user, text, thread_ts=thread_ts))

    def click(self, user: str, channel: str, ts: str, target: str, given: Mapping[str, Any] | None = None) -> Delivery:
        """A person uses the element with this action_id, value or label.

        `given` is what was typed or chosen in the message's elements, by action_id.
        """
        message = self.state.message(channel, ts)
        block, element = _element(message, target)
        chosen = (given or {}).get(element["action_id"])
        click = payloads.Click(
            self.state.channel(channel),
            message,
            action(block, element, chosen, self.state.next_ts()),
            values(message.elements(), given or {}),
        )
        ways = self._ways("actions", channel, user, message)
        return self.deliver("interactive", payloads.block_actions(self.state.person(user), click, ways))

    def click_in_view(self, user: str, target: str, given: Mapping[str, Any] | None = None) -> Delivery:
        """A person uses an element of the open modal, or of the home tab when none is open."""
        view = self.view(user) or self.views.homes[user]
        shown = _as_message(view)
        block, element = _element(shown, target)
        done = action(block, element, (given or {}).get(element["action_id"]), self.state.next_ts())
        slack_view = view.as_slack(values(shown.elements(), given or {}))
        person = self.state.person(user)
        return self.deliver("interactive", payloads.view_actions(person, slack_view, done, self.tickets.trigger(user)))

    def submit(self, user: str, given: Mapping[str, Any] | None = None) -> Delivery:
        """A person submits the open modal; `given` is what they filled in, by action_id."""
        view = self._open_view(user)
        slack_view = view.as_slack(values(_as_message(view).elements(), given or {}))
        person = self.state.person(user)
        return self.deliver("interactive", payloads.view_submission(person, slack_view, self.tickets.trigger(user)))

    def close_view(self, user: str) -> Delivery | None:
        """A person closes the open modal; the bot is told only when the view asks for it."""
        view = self._open_view(user)
        self.views.close(user)
        if not view.content.get("notify_on_close"):
            return None
        return self.deliver("interactive", payloads.view_closed(self.state.person(user), view.as_slack()))

    def open_home(self, user: str) -> Delivery:
        """A person opens the bot's home tab."""
        opened = {"type": "app_home_opened", "user": user, "channel": self.state.direct(user).id, "tab": "home"}
        return self._event(opened, user)

    def deliver(self, kind: str, payload: Mapping[str, Any]) -> Delivery:
        """Send any payload; `kind` is slash_commands, events_api or interactive."""
        delivery = Delivery(kind, payload, self.state.changed)
        return self.redeliver(delivery)

    def redeliver(self, delivery: Delivery) -> Delivery:
        """Send the same again, as Slack does when it has seen no acknowledgement."""
        (self.request_url or self.socket_mode).deliver(delivery)
        return delivery

    # --- what can be seen ----------------------------------------------------------------------------------

    def messages(self, channel: str, viewer: str | None = None) -> tuple[Message, ...]:
        """What stands in a channel, as this person sees it (None: everything), oldest first."""
        return self.state.messages(channel, viewer)

    def thread(self, channel: str, ts: str, viewer: str | None = None) -> tuple[Message, ...]:
        """One thread, its first message included."""
        return tuple(each for each in self.messages(channel, viewer) if ts in {each.ts, each.thread_ts})

    def view(self, user: str) -> View | None:
        """The modal that this person sees."""
        stack = self.views.opened.get(user)
        return stack[-1] if stack else None

    def wait_for(self, found: Callable[[], Found], timeout: float = WAIT_SECONDS) -> Found:
        """Wait until this is true, and give it back; raises TimeoutError after so many seconds."""
        with self.state.changed:
            result = self.state.changed.wait_for(found, timeout)
        if not result:
            raise TimeoutError(f"nothing of the kind within {timeout} s")
        return result

    def wait_for_message(
        self,
        channel: str,
        text: str = "",
        *,
        viewer: str | None = None,
        after: str = "0",
        timeout: float = WAIT_SECONDS,
    ) -> Message:
        """Wait for a message of the bot that contains this text, newer than the time `after`."""

        def found() -> Message | None:
            seen = (each for each in self.messages(channel, viewer) if each.by_bot and each.ts > after)
            return next((each for each in seen if text in each.plain()), None)

        found_message = self.wait_for(found, timeout)
        if found_message is None:
            raise TimeoutError  # unreachable: wait_for gives back only what is true
        return found_message

    @property
    def calls(self) -> Sequence[Call]:
        """Every call of the Web API, oldest first."""
        with self.state.changed:
            return tuple(self.web_api.calls)

    @property
    def scopes(self) -> set[str]:
        """The app's scopes; take one away for missing_scope."""
        return self.web_api.scopes

    @property
    def connections(self) -> int:
        """Open Socket Mode connections."""
        return len(self.socket_mode.links)

    @property
    def people(self) -> Mapping[str, Person]:
        """Everyone, by id, the bot included."""
        return self.state.people

    @property
    def channels(self) -> Mapping[str, Channel]:
        """Every channel, by id."""
        return self.state.channels

    @property
    def groups(self) -> Mapping[str, Group]:
        """Every user group, by id."""
        return self.state.groups

    # --- what can be arranged --------------------------------------------------------------------------------

    def add_user(self, user: str, name: str, **flags: Any) -> Person:
        """A new account, in no channel; the flags are Person's fields."""
        return self._put(self.state.people, Person(user, name, flags.pop("real_name", name), **flags))

    def change_user(self, user: str, **flags: Any) -> Person:
        """The same account with other flags, as `deleted=True`."""
        return self._put(self.state.people, replace(self.state.person(user), **flags))

    def add_channel(self, channel: str, name: str, *members: str, **flags: Any) -> Channel:
        """A new channel; name BOT_USER among the members for one that the bot is in."""
        return self._put(self.state.channels, Channel(channel, name, frozenset(members), **flags))

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

    @contextlib.contextmanager
    def hang(self, method: str = ANY) -> Iterator[None]:
        """Calls of a method hang as long as the block lasts."""
        held = self.faults.hanging[method] = threading.Event()
        try:
            yield
        finally:
            del self.faults.hanging[method]
            held.set()

    def drop_connections(self, count: int | None = None) -> None:
        """Cut Socket Mode connections without a word (None: all)."""
        self.socket_mode.drop(count)

    def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask the bot to reconnect; `warning` leaves the old connections open."""
        self.socket_mode.refresh(reason)

    def deliver_by_http(self, url: str, signing_secret: str | None = None) -> RequestUrl:
        """From now on send signed requests to this URL rather than envelopes."""
        secret = signing_secret or self.signing_secret
        self.request_url = RequestUrl(url, secret, self.state.clock, self._acknowledged)
        return self.request_url

    # --- within ------------------------------------------------------------------------------------------------

    def _put(self, things: dict[str, Thing], thing: Thing) -> Thing:
        with self.state.changed:
            things[thing.id] = thing
            self.state.touch()
        return thing

    def _spoken(self, message: Message, kind: str) -> Delivery:
        person, channel = self.state.person(message.user), self.state.channel(message.channel)
        inner = payloads.spoken(message, person, kind, channel.kind)
        return self._event(inner, person.id, shared=channel.is_ext_shared)

    def _event(self, inner: Mapping[str, Any], user: str, *, shared: bool = False) -> Delivery:
        person = self.state.person(user)
        return self.deliver("events_api", payloads.event(inner, person, self.state.clock(), shared=shared))

    def _ways(self, kind: str, channel: str, user: str, message: Message | None = None) -> payloads.Ways:
        secret = self.tickets.response(
            channel,
            user,
            thread_ts=message.thread_ts if message else None,
            message_ts=message.ts if message else None,
        )
        return payloads.Ways(self.tickets.trigger(user), f"{self.base_url}/{kind}/{TEAM}/1/{secret}")

    def _open_view(self, user: str) -> View:
        view = self.view(user)
        if view is None:
            raise LookupError(f"{user} has no modal open")
        return view

    def _acknowledged(self, delivery: Delivery) -> None:
        """Do what the acknowledgement itself asks for."""
        body = delivery.ack_body if isinstance(delivery.ack_body, dict) else {}
        with contextlib.suppress(SlackError):
            if delivery.kind == "slash_commands" and body:
                secret = str(delivery.response_url).rpartition("/")[2]
                self.responses.answer(self.tickets.responses[secret], body)
            elif delivery.payload.get("type") == "view_submission":
                self._after_submission(delivery.payload["user"]["id"], body)

    def _after_submission(self, user: str, body: Mapping[str, Any]) -> None:
        """Without a word about it the submitted view closes; with `errors` it stays."""
        match body.get("response_action"):
            case "update":
                self.views.exchange(user, self._open_view(user), checked(body))
            case "push":
                self.views.put_on_top(user, checked(body))
            case "clear":
                self.views.close(user, everything=True)
            case None:
                self.views.close(user)


def _element(message: Message, target: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    for block, element in message.elements():
        label = element.get("text", {}).get("text")
        if target in {element["action_id"], element.get("value"), label}:
            return block, element
    raise LookupError(f"no element has the action_id, value or label {target!r}")


def _as_message(view: View) -> Message:
    return Message("", view.id, view.user, blocks=tuple(view.content["blocks"]))
