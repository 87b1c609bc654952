"""The app manifest: everything that the bot asks of Slack, and nothing else."""

from __future__ import annotations

from typing import Any

from bot.slack.http import EVENTS
from bot.slack.shortcuts import ABOUT, COPY
from bot.slack.shortcuts import NAME as NAME_OF_COPY

NAME = "slashdock"
DESCRIPTION = "Run Docker from Slack, safely."
SCOPES = {
    "app_mentions:read": "hear when somebody mentions the bot",
    "channels:history": "hear what is typed into a session in a thread of a channel; nothing else there is read",
    "channels:read": "know whether a channel is shared with others, and who is in one where the clock runs a line",
    "chat:write": "answer in channels that the bot is in, and in direct messages",
    "commands": "have a slash command",
    "files:read": "take in the files that people attach to a line, or name in one",
    "files:write": "send an answer that is too long for a message as a file",
    "groups:history": "hear the same in a private channel that the bot is in",
    "groups:read": "know the same of a private channel that the bot is in",
    "im:history": "hear direct messages to the bot",
    "im:read": "know the same of direct messages to the bot",
    "im:write": "open the direct messages in which such a file is sent to the one who asked",
    "mpim:read": "know the same of a conversation of several people that the bot is in",
    "usergroups:read": "know who is in a user group that the policy names",
    "users:read": "know whether whoever asks is an active full member of this workspace",
}
EVENT_TYPES = {
    "app_mention": "a person mentions the bot in a channel or a thread",
    "message.channels": "a person writes in the thread of a session in a channel; all else is dropped unread",
    "message.groups": "the same in a private channel",
    "message.im": "a person writes to the bot alone",
}


def manifest(command: str = "/docker", url: str = "") -> dict[str, Any]:
    """The manifest for Socket Mode, or for HTTP where the bot's public address is given."""
    address = f"{url.rstrip('/')}{EVENTS}" if url else ""
    return {
        "display_information": {"name": NAME, "description": DESCRIPTION},
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": [{"name": NAME_OF_COPY, "type": "message", "callback_id": COPY, "description": ABOUT}],
            "slash_commands": [_slash_command(command) | ({"url": address} if address else {})],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": sorted(EVENT_TYPES), **_request_url(address)},
            "interactivity": {"is_enabled": True, **_request_url(address)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not address,
            "token_rotation_enabled": False,
        },
    }


def _slash_command(command: str) -> dict[str, Any]:
    return {
        "command": command,
        "description": "Run a Docker command",
        "usage_hint": "ps -a | logs web --tail 50 | help",
        "should_escape": False,
    }


def _request_url(address: str) -> dict[str, str]:
    return {"request_url": address} if address else {}
