"""Answering through response_url."""

import httpx
import pytest
from by_hand import HandClock
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.workspace import Workspace
from bot.workspace.people import GENERAL, OPERATOR, UNJOINED, VIEWER


def address(workspace: Workspace, channel: str = GENERAL) -> str:
    """The response_url of a new slash command of the viewer."""
    return str(workspace.slash(VIEWER, channel, "ps").response_url)


def test_an_answer_is_ephemeral_unless_told_otherwise(ws: Workspace) -> None:
    """response_type decides who sees it."""
    url = address(ws)
    WebhookClient(url).send(text="for you")
    WebhookClient(url).send(text="for all", response_type="in_channel")
    assert [each.text for each in ws.messages(GENERAL, viewer=OPERATOR)] == ["for all"]
    assert [each.text for each in ws.messages(GENERAL, viewer=VIEWER)] == ["for you", "for all"]


def test_it_answers_in_a_channel_that_the_bot_has_not_joined(ws: Workspace) -> None:
    """Where chat.postMessage would not."""
    WebhookClient(address(ws, UNJOINED)).send(text="here", response_type="in_channel")
    assert [each.text for each in ws.messages(UNJOINED)] == ["here"]


def test_it_answers_five_times(ws: Workspace) -> None:
    """The sixth answer is refused and not shown."""
    url = address(ws)
    statuses = [WebhookClient(url).send(text=str(number)).status_code for number in range(6)]
    assert statuses == [200] * 5 + [404]
    assert len(ws.messages(GENERAL)) == 5
    assert httpx.post(url, json={"text": "x"}).json()["error"] == "used_url"


def test_it_answers_for_thirty_minutes(ws: Workspace, clock: HandClock) -> None:
    """A second later it is expired."""
    url = address(ws)
    clock.forward(30 * 60)
    assert WebhookClient(url).send(text="in time").status_code == 200
    clock.forward(1)
    assert httpx.post(url, json={"text": "late"}).json()["error"] == "expired_url"


def test_an_unknown_one_answers_nothing(ws: Workspace) -> None:
    """The secret cannot be guessed."""
    url = address(ws).rpartition("/")[0] + "/guessed"
    assert httpx.post(url, json={"text": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "expected"),
    [({"text": ""}, "no_text"), ({"text": "a", "blocks": [{"type": "poll"}]}, "invalid_blocks")],
)
def test_it_refuses_what_slack_refuses(ws: Workspace, body: dict[str, object], expected: str) -> None:
    """The same rules as for chat.postMessage."""
    answer = httpx.post(address(ws), json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, expected)


def test_what_is_no_json_is_refused(ws: Workspace) -> None:
    """And costs no use."""
    assert httpx.post(address(ws), content="hello").json()["error"] == "invalid_payload"


def test_a_click_may_replace_or_delete_its_message(ws: Workspace, client: WebClient) -> None:
    """Also an ephemeral one, which nothing else can change."""
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "elements": [button]}]
    ts = client.chat_postEphemeral(channel=GENERAL, user=VIEWER, text="a", blocks=blocks)["message_ts"]
    url = str(ws.click(VIEWER, GENERAL, ts, "go").response_url)
    WebhookClient(url).send(text="replaced", replace_original=True)
    (message,) = ws.messages(GENERAL)
    assert (message.ts, message.text, message.blocks, message.only_for) == (ts, "replaced", (), VIEWER)
    WebhookClient(url).send(text="beside", replace_original=False)
    assert [each.text for each in ws.messages(GENERAL)] == ["replaced", "beside"]
    WebhookClient(url).send(delete_original=True)
    assert [each.text for each in ws.messages(GENERAL)] == ["beside"]


def test_an_answer_may_go_into_a_thread(ws: Workspace) -> None:
    """thread_ts places it."""
    parent = ws.say(OPERATOR, GENERAL, "look")
    WebhookClient(address(ws)).send_dict({"text": "here", "thread_ts": parent.ts})
    assert [each.text for each in ws.thread(GENERAL, parent.ts)] == ["look", "here"]
