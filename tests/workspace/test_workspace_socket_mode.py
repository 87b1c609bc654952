"""Socket Mode, with Slack's own client."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from by_hand import HandClock
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from websockets.exceptions import ConnectionClosedError, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from bot.workspace import Workspace
from bot.workspace.people import GENERAL, VIEWER

CONNECTED = 10  # seconds to wait for a connection at most


@contextmanager
def connection(workspace: Workspace, client: WebClient) -> Iterator[ClientConnection]:
    """A bare connection that has been greeted."""
    before = workspace.connections
    with connect(client.apps_connections_open(app_token=workspace.app_token)["url"]) as link:
        assert json.loads(link.recv(CONNECTED))["type"] == "hello"
        workspace.wait_for(lambda: workspace.connections > before)
        yield link


def acknowledging(client: SocketModeClient, payload: dict[str, object] | None = None) -> list[SocketModeRequest]:
    """Let the client acknowledge all it gets, and give the growing list of that."""
    seen: list[SocketModeRequest] = []

    def listener(listening: BaseSocketModeClient, request: SocketModeRequest) -> None:
        seen.append(request)
        answer = SocketModeResponse(envelope_id=request.envelope_id, payload=payload)
        listening.send_socket_mode_response(answer)

    client.socket_mode_request_listeners.append(listener)
    return seen


def test_slacks_own_client_gets_and_acknowledges(ws: Workspace, socket_client: SocketModeClient) -> None:
    """The time to the acknowledgement is measured."""
    seen = acknowledging(socket_client)
    socket_client.connect()
    delivery = ws.slash(VIEWER, GENERAL, "ps -a").wait()
    (request,) = seen
    assert (request.type, request.payload["text"], request.accepts_response_payload) == (
        "slash_commands",
        "ps -a",
        True,
    )
    assert delivery.ack_ms is not None
    assert delivery.ack_ms > 0
    assert (delivery.acks, delivery.attempts) == (1, 1)


def test_the_acknowledgement_may_be_the_answer(ws: Workspace, socket_client: SocketModeClient) -> None:
    """A payload with text is shown as Slack shows it: to the asker alone."""
    acknowledging(socket_client, {"text": "at once"})
    socket_client.connect()
    ws.slash(VIEWER, GENERAL, "ps").wait()
    assert ws.wait_for_message(GENERAL, "at once", viewer=VIEWER).only_for == VIEWER


def test_a_ticket_works_once(ws: Workspace, client: WebClient) -> None:
    """And an invented one never."""
    url = client.apps_connections_open(app_token=ws.app_token)["url"]
    with connect(url) as link:
        assert json.loads(link.recv(CONNECTED))["type"] == "hello"
    for used in (url, url.replace("ticket=", "ticket=x")):
        with pytest.raises(InvalidHandshake):
            connect(used)


def test_each_envelope_goes_to_one_connection(ws: Workspace, client: WebClient) -> None:
    """Of two connections, each gets its share and none gets all."""
    with connection(ws, client) as first, connection(ws, client) as second:
        sent = {ws.direct(VIEWER, str(number)).id for number in range(6)}
        got = [{json.loads(link.recv(CONNECTED))["envelope_id"] for _ in range(3)} for link in (first, second)]
    assert got[0] | got[1] == sent
    assert not got[0] & got[1]


def test_what_a_lost_connection_owes_goes_to_another(ws: Workspace, client: WebClient) -> None:
    """The same envelope again, told as a retry."""
    with connection(ws, client) as first:
        delivery = ws.direct(VIEWER, "ps")
        assert json.loads(first.recv(CONNECTED))["retry_attempt"] == 0
        with connection(ws, client) as second:
            ws.drop_connections(1)
            again = json.loads(second.recv(CONNECTED))
            assert (again["envelope_id"], again["retry_attempt"]) == (delivery.id, 1)
            second.send(json.dumps({"envelope_id": delivery.id}))
            delivery.wait()
    assert delivery.attempts == 2


def test_the_same_can_be_delivered_twice(ws: Workspace, socket_client: SocketModeClient) -> None:
    """As Slack does although it was acknowledged."""
    seen = acknowledging(socket_client)
    socket_client.connect()
    delivery = ws.slash(VIEWER, GENERAL, "ps").wait()
    ws.redeliver(delivery)
    ws.wait_for(lambda: delivery.acks == 2)
    assert seen[0].payload["trigger_id"] == seen[1].payload["trigger_id"]


def test_a_refresh_brings_the_client_back(ws: Workspace, socket_client: SocketModeClient) -> None:
    """After the disconnect frame it opens a new connection and hears again."""
    acknowledging(socket_client)
    socket_client.connect()
    ws.wait_for(lambda: ws.connections)
    opened = len([call for call in ws.calls if call.method == "apps.connections.open"])
    ws.refresh()
    ws.wait_for(lambda: len([c for c in ws.calls if c.method == "apps.connections.open"]) > opened and ws.connections)
    ws.slash(VIEWER, GENERAL, "ps").wait()


def test_a_warning_leaves_the_connection_open(ws: Workspace, client: WebClient) -> None:
    """The frame comes, the line stays."""
    with connection(ws, client) as link:
        ws.refresh("warning")
        frame = json.loads(link.recv(CONNECTED))
        assert (frame["type"], frame["reason"]) == ("disconnect", "warning")
        ws.direct(VIEWER, "ps")
        assert json.loads(link.recv(CONNECTED))["type"] == "events_api"


def test_a_cut_connection_gets_no_farewell(ws: Workspace, client: WebClient) -> None:
    """No close frame: the peer only sees that the line is dead."""
    with connection(ws, client) as link:
        ws.drop_connections()
        with pytest.raises(ConnectionClosedError) as end:
            link.recv(CONNECTED)
        assert end.value.rcvd is None


def test_the_eleventh_connection_is_refused(ws: Workspace, client: WebClient) -> None:
    """Slack allows ten."""
    url = client.apps_connections_open(app_token=ws.app_token)["url"]
    links = [connection(ws, client) for _ in range(10)]
    for each in links:
        each.__enter__()
    with connect(url) as link:
        assert json.loads(link.recv(CONNECTED))["reason"] == "too_many_websockets"
    for each in links:
        each.__exit__(None, None, None)


def test_a_command_given_while_nobody_listens_is_not_kept(ws: Workspace, client: WebClient, clock: HandClock) -> None:
    """After three seconds it is dropped, an event is not."""
    command, event = ws.slash(VIEWER, GENERAL, "ps"), ws.direct(VIEWER, "ps")
    clock.forward(4)
    with connection(ws, client) as link:
        assert json.loads(link.recv(CONNECTED))["envelope_id"] == event.id
    assert command.attempts == 0


def test_an_unacknowledged_delivery_is_told(ws: Workspace, client: WebClient) -> None:
    """Waiting for it ends with a TimeoutError."""
    with connection(ws, client), pytest.raises(TimeoutError):
        ws.slash(VIEWER, GENERAL, "ps").wait(0.05)
