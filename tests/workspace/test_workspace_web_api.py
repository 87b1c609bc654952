"""Calling the Web API: who may, what it refuses, and Slack's bad days."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace import Workspace
from bot.workspace.people import ADMIN, GENERAL, TEAM


def refused(workspace: Workspace, method: str, token: str | None = None) -> str:
    """The error that a bare call of this method gets."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return str(httpx.post(f"{workspace.api_url}{method}", headers=headers).json()["error"])


def test_the_token_says_who_calls(client: WebClient) -> None:
    """auth.test tells the bot of itself."""
    answer = client.auth_test()
    assert (answer["team_id"], answer["user"]) == (TEAM, "slashdock")
    assert "chat:write" in answer.headers["x-oauth-scopes"]


def test_tokens_are_asked_for_and_told_apart(ws: Workspace) -> None:
    """No token, a wrong one, and the one for the other kind of method, each have their own word."""
    assert refused(ws, "auth.test") == "not_authed"
    assert refused(ws, "auth.test", "xoxb-wrong") == "invalid_auth"
    assert refused(ws, "auth.test", ws.app_token) == "not_allowed_token_type"
    assert refused(ws, "apps.connections.open", ws.bot_token) == "not_allowed_token_type"


def test_unknown_methods_are_told(ws: Workspace) -> None:
    """A method that slashdock does not use does not exist here."""
    assert refused(ws, "chat.unfurl", ws.bot_token) == "unknown_method"


def test_a_missing_scope_names_what_is_needed(ws: Workspace, client: WebClient) -> None:
    """The answer says which scope to add."""
    ws.scopes.discard("chat:write")
    with pytest.raises(SlackApiError) as refusal:
        client.chat_postMessage(channel=GENERAL, text="hello")
    assert refusal.value.response["error"] == "missing_scope"
    assert refusal.value.response["needed"] == "chat:write"


def test_json_and_forms_are_the_same(ws: Workspace) -> None:
    """Blocks come as JSON inside of a form, or as JSON in JSON."""
    blocks = '[{"type": "divider"}]'
    form = {"token": ws.bot_token, "channel": GENERAL, "text": "form", "blocks": blocks}
    json = {"channel": GENERAL, "text": "json", "blocks": [{"type": "divider"}]}
    address = f"{ws.api_url}chat.postMessage"
    assert httpx.post(address, data=form).json()["ok"]
    assert httpx.post(address, json=json, headers={"Authorization": f"Bearer {ws.bot_token}"}).json()["ok"]
    assert [[block["type"] for block in each.blocks] for each in ws.messages(GENERAL)] == [["divider"]] * 2


def test_what_is_no_json_is_refused(ws: Workspace) -> None:
    """A body or a field that does not parse is no server error."""
    headers = {"Authorization": f"Bearer {ws.bot_token}", "Content-Type": "application/json"}
    address = f"{ws.api_url}chat.postMessage"
    assert httpx.post(address, content="{", headers=headers).json()["error"] == "invalid_json"
    form = {"token": ws.bot_token, "channel": GENERAL, "blocks": "["}
    assert httpx.post(address, data=form).json()["error"] == "invalid_blocks_format"


def test_a_limited_method_says_when_to_come_back(ws: Workspace, client: WebClient) -> None:
    """429 with Retry-After as often as planned, for that method alone, and nothing is done."""
    ws.rate_limit("chat.postMessage", seconds=7, times=2)
    assert client.auth_test()["ok"]
    for _ in range(2):
        with pytest.raises(SlackApiError) as refusal:
            client.chat_postMessage(channel=GENERAL, text="hello")
        assert refusal.value.response.status_code == 429
        assert refusal.value.response.headers["retry-after"] == "7"
    client.chat_postMessage(channel=GENERAL, text="third")
    assert [each.text for each in ws.messages(GENERAL)] == ["third"]


def test_a_failing_method_does_nothing(ws: Workspace, client: WebClient) -> None:
    """A 500 before the deed leaves no message."""
    ws.fail("chat.postMessage", status=503)
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel=GENERAL, text="hello")
    assert ws.messages(GENERAL) == ()


def test_a_lost_answer_leaves_the_deed(ws: Workspace, client: WebClient) -> None:
    """With `after` the message is there although the caller saw an error."""
    ws.fail("chat.postMessage", after=True)
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel=GENERAL, text="hello")
    assert [each.text for each in ws.messages(GENERAL)] == ["hello"]


def test_a_hanging_method_is_let_go_at_last(ws: Workspace, client: WebClient) -> None:
    """The call is answered only after the block, and others are answered meanwhile."""
    begun = threading.Event()

    def post() -> bool:
        begun.set()
        return bool(client.chat_postMessage(channel=GENERAL, text="late")["ok"])

    with ThreadPoolExecutor(1) as pool:
        with ws.hang("chat.postMessage"):
            posting = pool.submit(post)
            begun.wait(10)
            assert client.users_info(user=ADMIN)["ok"]
            assert ws.messages(GENERAL) == ()
        assert posting.result(10)


def test_every_call_is_remembered(ws: Workspace, client: WebClient) -> None:
    """Method, arguments, status and answer; the token is not among them, even where the call fails."""
    ws.rate_limit("auth.test")
    httpx.post(f"{ws.api_url}auth.test", data={"token": ws.bot_token})
    client.chat_postMessage(channel=GENERAL, text="hello")
    call = ws.calls[-1]
    assert (call.method, call.status, call.args["text"]) == ("chat.postMessage", 200, "hello")
    assert call.answer["ok"]
    assert ws.bot_token not in str(ws.calls)
