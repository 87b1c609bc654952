"""What Slack sends to an app, field by field."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bot.workspace.message import Message
from bot.workspace.people import APP, BOT_USER, DOMAIN, TEAM, Channel, Person

VERIFICATION = "local-verification-token"  # deprecated by Slack, still in every payload

Payload = dict[str, Any]


@dataclass(frozen=True)
class Ways:
    """The ways to answer that come with a payload."""

    trigger_id: str
    response_url: str


@dataclass(frozen=True)
class Click:
    """One use of an element in a message, with the values of all its elements."""

    channel: Channel
    message: Message
    action: Mapping[str, Any]
    values: Mapping[str, Any]


def slash_command(person: Person, channel: Channel, command: str, text: str, ways: Ways) -> Payload:
    """A slash command; Slack never says in which thread."""
    return {
        "token": VERIFICATION,
        "team_id": person.team,
        "team_domain": DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name_in_payload(),
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": ways.response_url,
        "trigger_id": ways.trigger_id,
    } | ({"enterprise_id": person.enterprise} if person.enterprise else {})


def event(inner: Mapping[str, Any], person: Person, now: float, *, shared: bool = False) -> Payload:
    """An Events API envelope around an event of this person."""
    return {
        "token": VERIFICATION,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "api_app_id": APP,
        "event": {**inner, "event_ts": inner.get("ts", f"{now:.6f}")},
        "type": "event_callback",
        "event_id": f"Ev0{secrets.token_hex(5).upper()}",
        "event_time": int(now),
        "is_ext_shared_channel": shared,
        "authorizations": [
            {
                "enterprise_id": person.enterprise,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def spoken(message: Message, person: Person, kind: str, channel_type: str) -> Payload:
    """The inner event of a mention or a direct message."""
    said: Payload = {
        "type": kind,
        "user": person.id,
        "team": person.team,
        "user_team": person.team,
        "text": message.text,
        "ts": message.ts,
        "channel": message.channel,
        "client_msg_id": secrets.token_hex(16),
    }
    if kind == "message":
        said["channel_type"] = {"public": "channel", "private": "group"}.get(channel_type, channel_type)
    if message.thread_ts:
        said["thread_ts"] = message.thread_ts
    if message.files:
        said["files"] = list(message.files)
        said |= {"subtype": "file_share", "upload": False} if kind == "message" else {"upload": False}
    return said


def _who(person: Person) -> Payload:
    return {
        "id": person.id,
        "username": person.name,
        "name": person.name,
        "team_id": person.team,
    }


def _interaction(kind: str, person: Person, trigger_id: str) -> Payload:
    return {
        "type": kind,
        "user": _who(person),
        "api_app_id": APP,
        "token": VERIFICATION,
        "team": {"id": TEAM, "domain": DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": trigger_id,
    }


def block_actions(person: Person, click: Click, ways: Ways) -> Payload:
    """A click in a message; the message itself is left out when it is ephemeral, as Slack does."""
    message = click.message
    container: Payload = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.only_for is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = _interaction("block_actions", person, ways.trigger_id) | {
        "container": container,
        "channel": {"id": click.channel.id, "name": click.channel.name_in_payload()},
        "state": {"values": click.values},
        "response_url": ways.response_url,
        "actions": [dict(click.action)],
    }
    return payload if message.only_for else payload | {"message": message.as_slack()}


def message_action(person: Person, channel: Channel, message: Message, callback: str, ways: Ways) -> Payload:
    """A shortcut on a message."""
    return _interaction("message_action", person, ways.trigger_id) | {
        "callback_id": callback,
        "channel": {"id": channel.id, "name": channel.name_in_payload()},
        "message_ts": message.ts,
        "message": message.as_slack(),
        "response_url": ways.response_url,
    }


def view_actions(person: Person, view: Mapping[str, Any], action: Mapping[str, Any], trigger_id: str) -> Payload:
    """A click inside of a view."""
    return _interaction("block_actions", person, trigger_id) | {
        "container": {"type": "view", "view_id": view["id"]},
        "view": dict(view),
        "actions": [dict(action)],
    }


def view_submission(person: Person, view: Mapping[str, Any], trigger_id: str) -> Payload:
    """The submit button of a modal."""
    return _interaction("view_submission", person, trigger_id) | {"view": dict(view), "response_urls": []}


def view_closed(person: Person, view: Mapping[str, Any]) -> Payload:
    """A modal that its person closed."""
    payload = _interaction("view_closed", person, "") | {"view": dict(view), "is_cleared": False}
    del payload["trigger_id"]
    return payload


def http_body(kind: str, payload: Mapping[str, Any]) -> tuple[str, str]:
    """The body and content type in which this goes to a request URL."""
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields), "application/x-www-form-urlencoded"


def bot_user_mention(text: str) -> str:
    """The text with the bot mentioned first, unless it is mentioned already."""
    return text if f"<@{BOT_USER}>" in text else f"<@{BOT_USER}> {text}"
