"""What the bot is sent, field by field."""

import json
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.workspace import Keys, Workspace
from bot.workspace.errors import SlackError
from bot.workspace.people import (
    ADMIN,
    APP,
    BOT_USER,
    DOMAIN,
    GENERAL,
    PRIVATE,
    STRANGER,
    TEAM,
    UNJOINED,
    VIEWER,
)

BUTTON = {"type": "button", "action_id": "stop", "value": "op-1", "text": {"type": "plain_text", "text": "Stop web"}}
SELECT = {
    "type": "static_select",
    "action_id": "tail",
    "options": [{"text": {"type": "plain_text", "text": "50"}, "value": "50"}],
}
ACTIONS: dict[str, Any] = {"type": "actions", "block_id": "acts", "elements": [BUTTON, SELECT]}


def test_a_slash_command_has_slacks_fields_and_no_others(ws: Workspace) -> None:
    """No thread_ts: Slack does not tell it."""
    payload = ws.slash(VIEWER, GENERAL, "ps -a").payload
    assert set(payload) == {
        "token", "team_id", "team_domain", "channel_id", "channel_name", "user_id", "user_name", "command",
        "text", "api_app_id", "is_enterprise_install", "response_url", "trigger_id",
    }  # fmt: skip
    assert (payload["team_id"], payload["team_domain"], payload["api_app_id"]) == (TEAM, DOMAIN, APP)
    assert (payload["channel_id"], payload["channel_name"]) == (GENERAL, "general")
    assert (payload["user_id"], payload["command"], payload["text"]) == (VIEWER, "/docker", "ps -a")


def test_names_of_private_places_are_hidden(ws: Workspace) -> None:
    """Slack says privategroup and directmessage."""
    assert ws.slash(ADMIN, PRIVATE, "ps").payload["channel_name"] == "privategroup"
    assert ws.slash(ADMIN, ws.state.direct(ADMIN).id, "ps").payload["channel_name"] == "directmessage"


def test_a_payload_can_be_forged_for_tests(ws: Workspace) -> None:
    """Any field can be replaced, as with another team's id."""
    assert ws.slash(VIEWER, GENERAL, "ps", team_id="T0FOREIGN1").payload["team_id"] == "T0FOREIGN1"


def test_a_mention_is_an_event_with_its_thread(ws: Workspace) -> None:
    """The bot's own mention stands in the text, and the message in the channel."""
    parent = ws.say(VIEWER, GENERAL, "look")
    payload = ws.mention(VIEWER, GENERAL, "ps", thread_ts=parent.ts).payload
    inner = payload["event"]
    assert (payload["type"], payload["team_id"], payload["event_id"][:2]) == ("event_callback", TEAM, "Ev")
    assert (inner["type"], inner["text"], inner["thread_ts"]) == ("app_mention", f"<@{BOT_USER}> ps", parent.ts)
    assert ws.thread(GENERAL, parent.ts)[-1].ts == inner["ts"]


def test_a_direct_message_is_an_event_of_its_own_kind(ws: Workspace) -> None:
    """Its channel_type is im."""
    inner = ws.direct(VIEWER, "ps").payload["event"]
    assert (inner["type"], inner["channel_type"], inner["user"]) == ("message", "im", VIEWER)


def test_a_foreign_persons_event_names_their_team(ws: Workspace) -> None:
    """The team of the workspace and the team of the person differ in a shared channel."""
    ws.change_user(STRANGER, team="T0FOREIGN1")
    ws.change_channel(GENERAL, is_ext_shared=True)
    payload = ws.mention(STRANGER, GENERAL, "ps").payload
    assert (payload["team_id"], payload["event"]["user_team"]) == (TEAM, "T0FOREIGN1")
    assert payload["is_ext_shared_channel"]


@pytest.mark.parametrize("target", ["stop", "op-1", "Stop web"])
def test_a_click_tells_message_action_and_state(ws: Workspace, client: WebClient, target: str) -> None:
    """By action_id, value or label; the values of the message's menus are in its state."""
    ts = client.chat_postMessage(channel=GENERAL, text="a", blocks=[ACTIONS])["ts"]
    payload = ws.click(VIEWER, GENERAL, ts, target, {"tail": "50"}).payload
    assert payload["container"] == {
        "type": "message", "message_ts": ts, "channel_id": GENERAL, "is_ephemeral": False,
    }  # fmt: skip
    (action,) = payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("stop", "acts", "op-1")
    assert payload["user"]["id"] == VIEWER
    assert payload["message"]["ts"] == ts
    assert payload["state"]["values"]["acts"]["tail"]["selected_option"]["value"] == "50"
    assert payload["trigger_id"]
    assert payload["response_url"].startswith(ws.base_url)


def test_a_choice_is_the_action_itself(ws: Workspace, client: WebClient) -> None:
    """A menu's entry."""
    ts = client.chat_postMessage(channel=GENERAL, text="a", blocks=[ACTIONS])["ts"]
    (action,) = ws.click(VIEWER, GENERAL, ts, "tail", {"tail": "50"}).payload["actions"]
    assert action["selected_option"]["value"] == "50"


def test_a_click_in_an_ephemeral_message_has_no_message(ws: Workspace, client: WebClient) -> None:
    """Slack leaves it out."""
    ts = client.chat_postEphemeral(channel=GENERAL, user=VIEWER, text="a", blocks=[ACTIONS])["message_ts"]
    payload = ws.click(VIEWER, GENERAL, ts, "stop").payload
    assert "message" not in payload
    assert payload["container"]["is_ephemeral"]


def test_a_click_in_a_thread_says_so(ws: Workspace, client: WebClient) -> None:
    """The container has the thread."""
    parent = ws.say(VIEWER, GENERAL, "look")
    ts = client.chat_postMessage(channel=GENERAL, text="a", blocks=[ACTIONS], thread_ts=parent.ts)["ts"]
    assert ws.click(VIEWER, GENERAL, ts, "stop").payload["container"]["thread_ts"] == parent.ts


def test_what_is_not_there_cannot_be_clicked(ws: Workspace, client: WebClient) -> None:
    """A button that the message does not have, a message that is not there."""
    ts = client.chat_postMessage(channel=GENERAL, text="a", blocks=[ACTIONS])["ts"]
    with pytest.raises(LookupError):
        ws.click(VIEWER, GENERAL, ts, "start")
    with pytest.raises(SlackError):
        ws.click(VIEWER, UNJOINED, ts, "stop")


def test_every_payload_is_json(ws: Workspace, client: WebClient) -> None:
    """Nothing of ours leaks into it."""
    ts = client.chat_postMessage(channel=GENERAL, text="a", blocks=[ACTIONS])["ts"]
    for delivery in (ws.slash(VIEWER, GENERAL), ws.open_home(VIEWER), ws.click(VIEWER, GENERAL, ts, "stop")):
        assert json.loads(json.dumps(delivery.payload)) == delivery.payload


def test_keys_are_random_unless_given() -> None:
    """Two workspaces share none; a given one is kept."""
    first, second = Workspace(), Workspace()
    assert not {first.bot_token, first.app_token, first.signing_secret} & {
        second.bot_token,
        second.app_token,
        second.signing_secret,
    }
    assert Workspace(Keys(bot_token="xoxb-mine")).bot_token == "xoxb-mine"
