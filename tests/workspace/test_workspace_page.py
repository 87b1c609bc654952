"""The page's server side: who may drive it, and what each person sees."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.workspace import Workspace
from bot.workspace.people import (
    ADMIN,
    BOT_USER,
    GENERAL,
    OPERATOR,
    PRIVATE,
    SLACKBOT,
    STRANGER,
    UNJOINED,
    VIEWER,
)
from bot.workspace.typed import message as typed

DATA = ("/page/state", "/page/changes", "/page/file/F0")
DEEDS = ("/page/send", "/page/click", "/page/view")


@pytest.fixture
def page(ws: Workspace) -> Iterator[httpx.Client]:
    """A browser's requests, with the key."""
    key = ws.page_url.partition("#")[2]
    with httpx.Client(base_url=ws.base_url, headers={"X-Slashdock-Key": key}) as browser:
        yield browser


def send(page: httpx.Client, user: str, text: str, channel: str = GENERAL, **more: Any) -> httpx.Response:
    """Type a line."""
    return page.post("/page/send", json={"as": user, "channel": channel, "text": text, **more})


def state(page: httpx.Client, user: str, channel: str = GENERAL) -> dict[str, Any]:
    """What a person sees."""
    seen: dict[str, Any] = page.get("/page/state", params={"as": user, "channel": channel}).json()
    return seen


def test_its_files_need_no_key_and_allow_no_foreign_content(ws: Workspace) -> None:
    """A strict content security policy, nothing inline, no address of others."""
    for name in ("", "page.css", "page.js", "blocks.js", "mrkdwn.js"):
        answer = httpx.get(f"{ws.base_url}/{name}")
        assert answer.status_code == 200
        assert "default-src 'none'; script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert ws.keys.page_key not in answer.text
        assert "innerHTML" not in answer.text


@pytest.mark.parametrize("address", DATA + DEEDS)
@pytest.mark.parametrize("headers", [{}, {"X-Slashdock-Key": "guessed"}, {"X-Slashdock-Key": "é"}])
def test_everything_else_needs_the_key(ws: Workspace, address: str, headers: dict[str, str]) -> None:
    """In a header that a foreign page cannot send without being asked first."""
    method = "POST" if address in DEEDS else "GET"
    encoded = {name: value.encode() for name, value in headers.items()}
    assert httpx.request(method, ws.base_url + address, headers=encoded).status_code == 403
    preflight = httpx.options(ws.base_url + address, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in preflight.headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost:80@evil.example", ""])
def test_a_foreign_host_name_is_refused(ws: Workspace, host: str) -> None:
    """So that a name that was rebound to loopback reaches nothing, the Web API included."""
    for address in ("/", "/api/auth.test", "/page/state"):
        assert httpx.get(ws.base_url + address, headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:9", "LOCALHOST"])
def test_loopbacks_own_names_are_served(ws: Workspace, host: str) -> None:
    """With or without a port."""
    assert httpx.get(ws.base_url, headers={"Host": host}).status_code == 200


def test_each_person_sees_their_own(client: WebClient, page: httpx.Client) -> None:
    """Not the private channel of others, nor what is only visible to one."""
    client.chat_postEphemeral(channel=GENERAL, user=VIEWER, text="for you")
    client.chat_postMessage(channel=PRIVATE, text="secret")
    assert [each["text"] for each in state(page, VIEWER)["messages"]] == ["for you"]
    assert state(page, OPERATOR)["messages"] == []
    assert state(page, STRANGER, PRIVATE)["messages"] == []
    assert [each["text"] for each in state(page, ADMIN, PRIVATE)["messages"]] == ["secret"]
    assert PRIVATE not in {each["id"] for each in state(page, STRANGER)["channels"]}
    assert send(page, STRANGER, "hello", PRIVATE).status_code == 400


def test_a_line_with_a_slash_is_a_command(ws: Workspace, page: httpx.Client, socket_client: SocketModeClient) -> None:
    """Escaped as Slack escapes it, and not shown in the channel."""
    seen: list[SocketModeRequest] = []

    def listener(listening: BaseSocketModeClient, request: SocketModeRequest) -> None:
        seen.append(request)
        listening.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    socket_client.socket_mode_request_listeners.append(listener)
    socket_client.connect()
    send(page, VIEWER, '/docker ps --filter "name=a&b" <x>')
    assert seen[0].payload["text"] == 'ps --filter "name=a&amp;b" &lt;x&gt;'
    assert ws.messages(GENERAL) == ()


@pytest.mark.parametrize(
    ("text", "thread_ts", "said"),
    [("/deploy", None, "not a valid command"), ("/docker ps", "1.000001", "not supported in threads")],
)
def test_slackbot_says_what_is_no_command(
    ws: Workspace, page: httpx.Client, text: str, thread_ts: str | None, said: str
) -> None:
    """To the one who typed it."""
    send(page, VIEWER, text, thread_ts=thread_ts)
    (message,) = ws.messages(GENERAL)
    assert (message.user, message.only_for) == (SLACKBOT, VIEWER)
    assert said in message.text


def test_a_mention_reaches_the_bot_where_it_is(ws: Workspace, page: httpx.Client) -> None:
    """Elsewhere Slackbot says that it is not there."""
    send(page, VIEWER, "@slashdock ps")
    assert [each.text for each in ws.messages(GENERAL)] == [f"<@{BOT_USER}> ps"]
    send(page, VIEWER, "@slashdock ps", UNJOINED)
    assert [each.user for each in ws.messages(UNJOINED)] == [VIEWER, SLACKBOT]


def test_what_is_typed_arrives_as_slack_hands_it_on(ws: Workspace) -> None:
    """Names and addresses become marks, the three characters are escaped."""
    assert typed("@viewer, see #ops & <b>", ws.state) == f"<@{VIEWER}>, see <#C0OPS00001|ops> &amp; &lt;b&gt;"
    assert typed("http://a.example/x mail@viewer", ws.state) == "<http://a.example/x> mail@viewer"


def test_only_what_one_sees_can_be_clicked(client: WebClient, page: httpx.Client) -> None:
    """Another person's ephemeral message is not there for the stranger."""
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "elements": [button]}]
    ts = client.chat_postEphemeral(channel=GENERAL, user=VIEWER, text="a", blocks=blocks)["message_ts"]
    click = {"channel": GENERAL, "ts": ts, "target": "go"}
    refusal = page.post("/page/click", json={"as": STRANGER, **click})
    assert (refusal.status_code, refusal.json()) == (400, {"error": "message_not_found"})


def test_files_are_for_the_members_of_their_channels(client: WebClient, page: httpx.Client) -> None:
    """The bytes come as a download, whatever is in them."""
    file = client.files_upload_v2(channel=PRIVATE, content="<script>", filename="a.html")["file"]
    assert page.get(f"/page/file/{file['id']}", params={"as": STRANGER}).status_code == 404
    answer = page.get(f"/page/file/{file['id']}", params={"as": ADMIN})
    assert (answer.text, answer.headers["content-type"]) == ("<script>", "application/octet-stream")


def test_changes_are_told_at_once(ws: Workspace, page: httpx.Client) -> None:
    """One line for each change, as long as there is a bot."""
    ws.deliver_by_http(f"{ws.base_url}/nobody")
    with page.stream("GET", "/page/changes") as answer:
        lines = (line for line in answer.iter_lines() if line)
        first = next(lines)
        ws.say(VIEWER, GENERAL, "hello")
        assert next(lines) != first


def test_without_a_bot_the_page_asks_again_and_again(page: httpx.Client) -> None:
    """The stream ends after one line, so that nothing holds up the end of the server."""
    assert page.get("/page/changes").text.count("data:") == 1


def test_nonsense_is_refused_in_words(page: httpx.Client) -> None:
    """A person who is not there, a body that is no JSON."""
    assert page.get("/page/state", params={"as": "U0NOBODY"}).json() == {"error": "user_not_found"}
    assert page.post("/page/send", content="{").status_code == 400
    assert page.post("/page/send", json={"as": VIEWER}).status_code == 400
