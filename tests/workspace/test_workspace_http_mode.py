"""Signed requests to a request URL, answered by Bolt."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.workspace import Workspace, server
from bot.workspace.people import GENERAL, VIEWER


@dataclass
class Bot:
    """A small Bolt app and what it has heard."""

    url: str
    heard: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def ws() -> Iterator[Workspace]:
    """A workspace by the real clock: Bolt compares the timestamp with its own."""
    workspace = Workspace()
    with workspace.serve():
        yield workspace


@contextmanager
def bolt(workspace: Workspace, secret: str) -> Iterator[Bot]:
    """Bolt behind an HTTP server of its own."""
    app = App(
        client=WebClient(workspace.bot_token, base_url=workspace.api_url),
        signing_secret=secret,
        process_before_response=True,
    )
    with server.listen(0) as listening:
        bot = Bot(f"http://127.0.0.1:{listening.getsockname()[1]}/slack/events")

        @app.command("/docker")
        def command(ack: Any, body: dict[str, Any]) -> None:
            bot.heard.append(body)
            ack(f"heard {body['text']}")

        @app.event("app_mention")
        def mention(body: dict[str, Any]) -> None:
            bot.heard.append(body)

        @app.action("go")
        def action(ack: Any, body: dict[str, Any]) -> None:
            bot.heard.append(body)
            ack()

        handler = SlackRequestHandler(app)

        async def endpoint(request: Request) -> Response:
            bot.headers.append(dict(request.headers))
            return await handler.handle(request)

        with server.serve(Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])]), listening):
            yield bot


def test_a_slash_command_is_signed_and_answered(ws: Workspace) -> None:
    """The 200's body may be the answer already."""
    with bolt(ws, ws.signing_secret) as bot:
        ws.deliver_by_http(bot.url)
        delivery = ws.slash(VIEWER, GENERAL, "logs web --tail 50").wait()
        assert bot.heard[0]["text"] == "logs web --tail 50"
        assert delivery.ack_body == {"text": "heard logs web --tail 50"}
        ws.wait_for_message(GENERAL, "heard logs web", viewer=VIEWER)


def test_mentions_and_clicks_go_the_same_way(ws: Workspace) -> None:
    """Events as JSON, clicks as a form."""
    with bolt(ws, ws.signing_secret) as bot:
        ws.deliver_by_http(bot.url)
        ws.mention(VIEWER, GENERAL, "ps").wait()
        button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
        client = WebClient(ws.bot_token, base_url=ws.api_url)
        blocks = [{"type": "actions", "elements": [button]}]
        ts = client.chat_postMessage(channel=GENERAL, text="a", blocks=blocks)["ts"]
        ws.click(VIEWER, GENERAL, ts, "go").wait()
    assert [each["type"] for each in bot.heard] == ["event_callback", "block_actions"]


def test_a_wrong_secret_is_refused_by_bolt(ws: Workspace) -> None:
    """So the signature is a real one."""
    with bolt(ws, "another-secret") as bot:
        ws.deliver_by_http(bot.url)
        delivery = ws.slash(VIEWER, GENERAL, "ps")
        with pytest.raises(TimeoutError):
            delivery.wait()
    assert (delivery.status, bot.heard) == (401, [])


def test_slacks_two_questions_at_set_up_are_answered(ws: Workspace) -> None:
    """ssl_check and url_verification."""
    with bolt(ws, ws.signing_secret) as bot:
        asking = ws.deliver_by_http(bot.url)
        assert asking.ssl_check() == 200
        assert "local-challenge" in asking.url_verification()


def test_a_second_delivery_of_an_event_is_told_as_a_retry(ws: Workspace) -> None:
    """In Slack's headers."""
    with bolt(ws, ws.signing_secret) as bot:
        ws.deliver_by_http(bot.url)
        delivery = ws.mention(VIEWER, GENERAL, "ps").wait()
        ws.redeliver(delivery)
        ws.wait_for(lambda: delivery.acks == 2)
    assert "x-slack-retry-num" not in bot.headers[0]
    assert bot.headers[-1]["x-slack-retry-num"] == "1"


def test_nobody_at_the_url_is_no_acknowledgement(ws: Workspace) -> None:
    """Status 0."""
    with server.listen(0) as closed:
        port = closed.getsockname()[1]
    ws.deliver_by_http(f"http://127.0.0.1:{port}/slack/events")
    delivery = ws.slash(VIEWER, GENERAL, "ps")
    with pytest.raises(TimeoutError):
        delivery.wait()
    assert delivery.status == 0
