"""What people do in the workspace; each act that the bot is told of gives its delivery."""

from collections.abc import Mapping
from typing import Any

from bot.workspace import payloads
from bot.workspace.delivery import Delivery
from bot.workspace.elements import action, values
from bot.workspace.message import Message
from bot.workspace.parts import Parts
from bot.workspace.people import BOT_USER, TEAM
from bot.workspace.views import View

NO_FILES: Mapping[str, bytes] = {}
REQUIRED = "Please complete this required field."  # what Slack says
TYPED_LIMIT = 3_000  # characters; Slack, plain_text_input


class Acts(Parts):
    """The acts."""

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

    def mention(
        self, user: str, channel: str, text: str, thread_ts: str | None = None, files: Mapping[str, bytes] = NO_FILES
    ) -> Delivery:
        """A person mentions the bot in a channel that it is in; files are attached, by their names."""
        message = self.say(user, channel, payloads.bot_user_mention(text), thread_ts, files)
        return self._spoken(message, "app_mention")  # Slack tells of it twice, and the other one is the message

    def direct(
        self, user: str, text: str, thread_ts: str | None = None, files: Mapping[str, bytes] = NO_FILES
    ) -> Delivery:
        """A person writes to the bot alone; files are attached, by their names."""
        return self._spoken(self._write(user, self.state.direct(user).id, text, thread_ts, files), "message")

    def say(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        files: Mapping[str, bytes] = NO_FILES,
    ) -> Message:
        """A person writes something in a channel, which the bot is told of where it is in it; files are attached."""
        message = self._write(user, channel, text, thread_ts, files)
        if BOT_USER in self.state.channel(channel).members:
            self._spoken(message, "message")
        return message

    def _write(self, user: str, channel: str, text: str, thread_ts: str | None, files: Mapping[str, bytes]) -> Message:
        self.state.person(user)
        where = self.state.channel(channel).id
        put = tuple(self.files.put(user, where, name, each).as_slack(self.base_url) for name, each in files.items())
        return self.state.add(Message(where, self.state.next_ts(), user, text, thread_ts=thread_ts, files=put))

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

    def shortcut(self, user: str, channel: str, ts: str, callback: str) -> Delivery:
        """A person chooses a shortcut of the bot's from the menu of a message."""
        message, where = self.state.message(channel, ts), self.state.channel(channel)
        ways = self._ways("app", channel, user)
        person = self.state.person(user)
        return self.deliver("interactive", payloads.message_action(person, where, message, callback, ways))

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
        """A person submits the open modal; `given` is what they filled in, by action_id.

        Raises ValueError where Slack would not send it: a required field is empty, or more is typed than it takes.
        """
        view = self._open_view(user)
        filled = values(_as_message(view).elements(), given or {})
        for block in view.content["blocks"]:
            if block["type"] == "input":
                _check(block, filled[block["block_id"]])
        slack_view = view.as_slack(filled)
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

    def view(self, user: str) -> View | None:
        """The modal that this person sees."""
        stack = self.views.opened.get(user)
        return stack[-1] if stack else None

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


def _element(message: Message, target: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    for block, element in message.elements():
        label = element.get("text", {}).get("text")
        if target in {element["action_id"], element.get("value"), label}:
            return block, element
    raise LookupError(f"no element has the action_id, value or label {target!r}")


def _check(block: Mapping[str, Any], filled: Mapping[str, Mapping[str, Any]]) -> None:
    element = block["element"]
    value = filled[element["action_id"]]
    if not (block.get("optional") or any(held for kind, held in value.items() if kind != "type")):
        raise ValueError(f"{block['label']['text']}: {REQUIRED}")
    if "value" in value and len(value["value"] or "") > element.get("max_length", TYPED_LIMIT):
        raise ValueError(f"{block['label']['text']}: too long")


def _as_message(view: View) -> Message:
    return Message("", view.id, view.user, blocks=tuple(view.content["blocks"]))
