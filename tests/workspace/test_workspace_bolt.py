"""A whole Bolt app on the workspace, over two Socket Mode connections."""

from collections.abc import Iterator
from typing import Any

import pytest
from by_hand import hang_up
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.workspace import Workspace
from bot.workspace.people import GENERAL, OPERATOR, UNJOINED, VIEWER

BUTTON = {"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}}
TITLE = {"type": "plain_text", "text": "Restart"}
REASON = {"type": "plain_text_input", "action_id": "reason"}
VIEW = {
    "type": "modal",
    "callback_id": "restart",
    "title": TITLE,
    "submit": TITLE,
    "blocks": [{"type": "input", "block_id": "why", "label": TITLE, "element": REASON}],
}


def small_bot(client: WebClient) -> App:
    """A bot that answers in each of Slack's ways."""
    app = App(client=client, process_before_response=True)

    @app.command("/docker")
    def command(ack: Any, body: dict[str, Any], respond: Any) -> None:
        ack()
        if body["text"] == "restart":
            client.views_open(trigger_id=body["trigger_id"], view=VIEW)
            return
        respond(text=f"ran {body['text']}", blocks=[{"type": "actions", "elements": [BUTTON]}])

    @app.action("more")
    def more(ack: Any, respond: Any) -> None:
        ack()
        respond(text="all of it", replace_original=True)

    @app.view("restart")
    def restart(ack: Any, view: dict[str, Any]) -> None:
        if not view["state"]["values"]["why"]["reason"]["value"].strip():
            ack(response_action="errors", errors={"why": "Say why."})
            return
        ack()

    @app.event("app_mention")
    def mention(event: dict[str, Any], say: Any) -> None:
        say(text=event["text"], thread_ts=event["ts"])

    return app


@pytest.fixture
def listening(ws: Workspace, client: WebClient) -> Iterator[Workspace]:
    """The workspace with that bot on two connections."""
    app = small_bot(client)
    handlers = [SocketModeHandler(app, ws.app_token, ping_interval=0.5) for _ in range(2)]
    for handler in handlers:
        handler.connect()
    ws.wait_for(lambda: ws.connections == 2)
    yield ws
    for handler in handlers:
        hang_up(ws, handler.client)


def test_a_command_is_answered_where_the_bot_has_not_joined(listening: Workspace) -> None:
    """Acknowledged, answered to the asker, and the button replaces the answer."""
    listening.slash(VIEWER, UNJOINED, "ps").wait()
    message = listening.wait_for_message(UNJOINED, "ran ps", viewer=VIEWER)
    listening.click(VIEWER, UNJOINED, message.ts, "More").wait()
    assert listening.wait_for_message(UNJOINED, "all of it", viewer=VIEWER).ts == message.ts
    assert listening.messages(UNJOINED, viewer=OPERATOR) == ()


def test_a_mention_is_answered_in_its_thread(listening: Workspace) -> None:
    """The thread that the mention began."""
    delivery = listening.mention(VIEWER, GENERAL, "ps").wait()
    answer = listening.wait_for_message(GENERAL, "ps")
    assert answer.thread_ts == delivery.payload["event"]["ts"]


def test_a_modal_stays_with_errors_and_closes_without(listening: Workspace) -> None:
    """As the acknowledgement of the submission says."""
    listening.slash(VIEWER, GENERAL, "restart").wait()
    listening.wait_for(lambda: listening.view(VIEWER))
    first = listening.submit(VIEWER, {"reason": " "}).wait()
    assert first.ack_body["errors"] == {"why": "Say why."}
    assert listening.view(VIEWER)
    listening.submit(VIEWER, {"reason": "stuck"}).wait()
    listening.wait_for(lambda: listening.view(VIEWER) is None)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the SDK leaks the cut socket
def test_nothing_is_lost_when_one_connection_is_cut(listening: Workspace) -> None:
    """The other one hears everything."""
    listening.drop_connections(1)
    listening.wait_for(lambda: listening.connections == 1)
    for number in range(10):
        listening.slash(VIEWER, GENERAL, str(number)).wait()
