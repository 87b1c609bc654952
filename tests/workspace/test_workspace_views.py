"""Modals, homes and the triggers that open them."""

from typing import Any

import pytest
from by_hand import HandClock
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace import Workspace
from bot.workspace.people import GENERAL, VIEWER

REASON = {
    "type": "input",
    "block_id": "why",
    "label": {"type": "plain_text", "text": "Reason"},
    "element": {"type": "plain_text_input", "action_id": "reason"},
}
HOST = {
    "type": "input",
    "block_id": "where",
    "label": {"type": "plain_text", "text": "Host"},
    "element": {
        "type": "static_select",
        "action_id": "host",
        "options": [{"text": {"type": "plain_text", "text": "Production"}, "value": "prod"}],
    },
}


def modal(*blocks: dict[str, Any], title: str = "Restart", **more: Any) -> dict[str, Any]:
    """A modal with a submit button."""
    words = {kind: {"type": "plain_text", "text": text} for kind, text in (("title", title), ("submit", "Go"))}
    return {"type": "modal", "blocks": list(blocks or (REASON,)), **words, **more}


def error(refusal: pytest.ExceptionInfo[SlackApiError]) -> str:
    """Slack's word for it."""
    return str(refusal.value.response["error"])


def trigger(workspace: Workspace) -> str:
    """The trigger of a new slash command of the viewer."""
    return str(workspace.slash(VIEWER, GENERAL, "ps").trigger_id)


def test_a_trigger_opens_one_modal(ws: Workspace, client: WebClient) -> None:
    """Once, for the person who gave it."""
    used = trigger(ws)
    client.views_open(trigger_id=used, view=modal())
    view = ws.view(VIEWER)
    assert view is not None
    assert view.content["title"]["text"] == "Restart"
    with pytest.raises(SlackApiError) as refusal:
        client.views_open(trigger_id=used, view=modal())
    assert error(refusal) == "exchanged_trigger_id"


def test_a_trigger_lives_three_seconds(ws: Workspace, client: WebClient, clock: HandClock) -> None:
    """Then it is expired; an invented one is invalid."""
    used, late = trigger(ws), trigger(ws)
    clock.forward(3)
    client.views_open(trigger_id=used, view=modal())
    clock.forward(0.1)
    with pytest.raises(SlackApiError) as refusal:
        client.views_open(trigger_id=late, view=modal())
    assert error(refusal) == "expired_trigger_id"
    with pytest.raises(SlackApiError) as refusal:
        client.views_open(trigger_id="1.2.abc", view=modal())
    assert error(refusal) == "invalid_trigger_id"


def test_a_bad_view_is_refused_and_the_trigger_stays(ws: Workspace, client: WebClient) -> None:
    """Slack validates before it spends the trigger."""
    used = trigger(ws)
    with pytest.raises(SlackApiError) as refusal:
        client.views_open(trigger_id=used, view=modal(title="x" * 25))
    assert error(refusal) == "invalid_arguments"
    assert "must be less than 25 characters" in str(refusal.value.response["response_metadata"])
    assert client.views_open(trigger_id=used, view=modal())["ok"]


def test_a_submission_carries_what_was_filled_in(ws: Workspace, client: WebClient) -> None:
    """By block and action, with the private metadata; what was not touched is empty."""
    client.views_open(trigger_id=trigger(ws), view=modal({**REASON, "optional": True}, HOST, private_metadata="op-1"))
    payload = ws.submit(VIEWER, {"host": "prod"}).payload
    view = payload["view"]
    assert (payload["type"], view["private_metadata"]) == ("view_submission", "op-1")
    assert view["state"]["values"]["why"]["reason"] == {"type": "plain_text_input", "value": None}
    assert view["state"]["values"]["where"]["host"]["selected_option"]["value"] == "prod"


@pytest.mark.parametrize(("given", "wrong"), [({}, "complete"), ({"reason": "x" * 11}, "too long")])
def test_slack_itself_keeps_back_what_is_empty_or_too_long(
    ws: Workspace, client: WebClient, given: dict[str, str], wrong: str
) -> None:
    """The app is not told of such a submission."""
    short = {**REASON, "element": {**REASON["element"], "max_length": 10}}
    client.views_open(trigger_id=trigger(ws), view=modal(short))
    with pytest.raises(ValueError, match=wrong):
        ws.submit(VIEWER, given)


WORD = {"type": "plain_text", "text": "x"}
BAD = [
    {"submit": {**WORD, "text": "x" * 25}},
    {"close": {**WORD, "text": "x" * 25}},
    {"private_metadata": "x" * 3001},
    {"callback_id": "x" * 256},
    {"title": {"type": "mrkdwn", "text": "x"}},
    {"submit": None},
    {"blocks": [{"type": "divider"}] * 101},
    {"blocks": [REASON, REASON]},
    {"blocks": [{**REASON, "label": {**WORD, "text": "x" * 2001}}]},
    {"blocks": [{**REASON, "hint": {**WORD, "text": "x" * 2001}}]},
    {"blocks": [{"type": "markdown", "text": "x"}]},
    {"unheard_of": 1},
]


@pytest.mark.parametrize("fault", BAD, ids=lambda fault: str(fault)[:40])
def test_views_that_slack_refuses_are_refused(ws: Workspace, client: WebClient, fault: dict[str, Any]) -> None:
    """Each of its limits, and what it does not know."""
    with pytest.raises(SlackApiError) as refusal:
        client.views_open(trigger_id=trigger(ws), view=modal() | fault)
    assert error(refusal) == "invalid_arguments"
    assert ws.view(VIEWER) is None


def test_a_choice_that_is_not_offered_cannot_be_made(ws: Workspace, client: WebClient) -> None:
    """The person can only pick what the view holds."""
    client.views_open(trigger_id=trigger(ws), view=modal(HOST))
    with pytest.raises(LookupError):
        ws.submit(VIEWER, {"host": "staging"})


def test_views_are_updated_by_id_and_hash(ws: Workspace, client: WebClient) -> None:
    """A stale hash is a conflict."""
    opened = client.views_open(trigger_id=trigger(ws), view=modal())["view"]
    updated = client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(title="Done"))["view"]
    assert updated["id"] == opened["id"]
    with pytest.raises(SlackApiError) as refusal:
        client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal())
    assert error(refusal) == "hash_conflict"
    with pytest.raises(SlackApiError) as refusal:
        client.views_update(view_id="V0NONE", view=modal())
    assert error(refusal) == "not_found"


def test_three_views_may_be_stacked(ws: Workspace, client: WebClient) -> None:
    """The fourth is refused; closing shows the one below."""
    client.views_open(trigger_id=trigger(ws), view=modal(title="one"))
    client.views_push(trigger_id=trigger(ws), view=modal(title="two"))
    client.views_push(trigger_id=trigger(ws), view=modal(title="three"))
    with pytest.raises(SlackApiError) as refusal:
        client.views_push(trigger_id=trigger(ws), view=modal(title="four"))
    assert error(refusal) == "push_limit_reached"
    assert ws.close_view(VIEWER) is None
    view = ws.view(VIEWER)
    assert view is not None
    assert view.content["title"]["text"] == "two"


def test_closing_is_told_when_the_view_asks_for_it(ws: Workspace, client: WebClient) -> None:
    """notify_on_close."""
    client.views_open(trigger_id=trigger(ws), view=modal(notify_on_close=True))
    delivery = ws.close_view(VIEWER)
    assert delivery is not None
    assert delivery.payload["type"] == "view_closed"
    assert ws.view(VIEWER) is None


def test_a_home_is_published_for_one_person(ws: Workspace, client: WebClient) -> None:
    """And its buttons can be used."""
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "v"}
    home = {"type": "home", "blocks": [{"type": "actions", "block_id": "b", "elements": [button]}]}
    client.views_publish(user_id=VIEWER, view=home)
    (action,) = ws.click_in_view(VIEWER, "Go").payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("go", "b", "v")
    with pytest.raises(SlackApiError):
        client.views_publish(user_id=VIEWER, view=modal())
