"""The manifest is one that Slack takes, and asks for no more than is used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.slack.http import EVENTS
from bot.slack.manifest import EVENT_TYPES, SCOPES, manifest
from bot.workspace.web_api import SCOPES as NEEDED

DOCS = Path(__file__).parents[2] / "docs" / "slack.md"


def short(limit: int, **more: Any) -> dict[str, Any]:
    """A text of at most so many characters."""
    return {"type": "string", "minLength": 1, "maxLength": limit, **more}


def shape(required: list[str], **fields: Any) -> dict[str, Any]:
    """An object that has no field but these."""
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def many(items: dict[str, Any], limit: int) -> dict[str, Any]:
    """A list without repetitions."""
    return {"type": "array", "items": items, "maxItems": limit, "uniqueItems": True}


FLAG = {"type": "boolean"}
ADDRESS = short(3_000, pattern="^https?://")
SHORTCUT = shape(
    ["name", "type", "callback_id", "description"],
    name=short(24),
    type={"enum": ["message", "global"]},
    callback_id=short(255),
    description=short(150),
)
COMMAND = shape(
    ["command", "description"],
    command=short(32, pattern="^/"),
    url=ADDRESS,
    description=short(2_000),
    usage_hint=short(1_000),
    should_escape=FLAG,
)
# Slack's app manifest reference, in the parts that we use: names, which are required, and lengths.
MANIFEST = shape(
    ["display_information"],
    display_information=shape(["name"], name=short(35), description=short(140)),
    features=shape(
        [],
        app_home=shape([], home_tab_enabled=FLAG, messages_tab_enabled=FLAG, messages_tab_read_only_enabled=FLAG),
        bot_user=shape(["display_name"], display_name=short(80), always_online=FLAG),
        slash_commands=many(COMMAND, 50),
        shortcuts=many(SHORTCUT, 10),
    ),
    oauth_config=shape([], scopes=shape([], bot=many(short(50), 255))),
    settings=shape(
        [],
        event_subscriptions=shape([], request_url=ADDRESS, bot_events=many(short(50), 100)),
        interactivity=shape(["is_enabled"], is_enabled=FLAG, request_url=ADDRESS),
        org_deploy_enabled=FLAG,
        socket_mode_enabled=FLAG,
        token_rotation_enabled=FLAG,
    ),
)


@pytest.mark.parametrize("made", [manifest(), manifest("/d", "https://bot.example.com/")])
def test_the_manifest_fits_slack_s_schema(made: dict[str, Any]) -> None:
    """Every field is one that Slack knows, of its type and within its length."""
    jsonschema.validate(made, MANIFEST)
    assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize("wrong", ["docker", "/" + "d" * 32])
def test_the_schema_refuses_a_command_that_slack_refuses(wrong: str) -> None:
    """A name without its slash, and one that is too long: the schema above can fail."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(manifest(wrong), MANIFEST)


def test_socket_mode_needs_no_address() -> None:
    """No URL is in the manifest, and the switch is on."""
    made = manifest()
    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(made).replace("usage_hint", "")


def test_http_mode_names_the_one_address_three_times() -> None:
    """Commands, events and clicks all go to the same path."""
    made = manifest(url="https://bot.example.com/")
    address = f"https://bot.example.com{EVENTS}"
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["features"]["slash_commands"][0]["url"] == address
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["interactivity"]["request_url"] == address


KINDS = {"channels:read", "groups:read", "im:read", "mpim:read"}  # conversations.info: one for each kind of channel


def test_every_scope_is_used() -> None:
    """Each is what a method that we call, or an event that we hear, needs."""
    assert NEEDED["conversations.info"] in KINDS
    called = {
        NEEDED[prefix] for prefix in ("chat.", "conversations.open", "users.", "usergroups.", "files.", "files.info")
    }
    heard = {"app_mention": "app_mentions:read", "message.im": "im:history"}
    heard |= {"message.channels": "channels:history", "message.groups": "groups:history"}
    assert set(SCOPES) == called | KINDS | {heard[event] for event in EVENT_TYPES} | {"commands"}


def test_the_docs_name_every_scope_and_event_with_its_reason() -> None:
    """docs/slack.md says what the manifest asks for, in the same words."""
    text = DOCS.read_text()
    for name, reason in (SCOPES | EVENT_TYPES).items():
        assert f"| `{name}` | {reason} |" in text
