"""Socket Mode survives lost and refreshed connections, and ends without a trace."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from canned import CannedDesk, Joined, until

from bot.clock import Clock
from bot.settings import Mode
from bot.slack import Access, CannotConnect, Connection, SlackSide
from bot.slack.sockets import CONNECTIONS, Sockets
from bot.workspace import Workspace
from bot.workspace.people import OPS, VIEWER


def links(workspace: Workspace) -> set[object]:
    """The connections that are open now."""
    return set(workspace.socket_mode.links)


def test_two_connections_are_open(by_socket: Joined) -> None:
    """One hears while the other one comes back."""
    by_socket.workspace.wait_for(lambda: by_socket.workspace.connections == CONNECTIONS)
    assert by_socket.side.healthy() is None


def test_nothing_is_lost_when_one_connection_is_cut(by_socket: Joined) -> None:
    """Commands given before, while and after a connection is gone are all taken."""
    workspace = by_socket.workspace
    workspace.wait_for(lambda: workspace.connections == CONNECTIONS)
    given = [workspace.slash(VIEWER, OPS, f"ps {i}") for i in range(5)]
    workspace.drop_connections(1)
    given += [workspace.slash(VIEWER, OPS, f"ps {i}") for i in range(5, 15)]
    for each in given:
        each.wait()
    assert {request.line for request in by_socket.desk.taken} == {f"ps {i}" for i in range(15)}
    workspace.wait_for(lambda: workspace.connections == CONNECTIONS)


def test_it_comes_back_when_all_connections_are_cut(by_socket: Joined) -> None:
    """A command given afterwards is answered."""
    workspace = by_socket.workspace
    workspace.wait_for(lambda: workspace.connections == CONNECTIONS)
    before = links(workspace)
    workspace.drop_connections()
    workspace.wait_for(lambda: workspace.connections == CONNECTIONS and before.isdisjoint(links(workspace)))
    workspace.slash(VIEWER, OPS, "ps").wait()
    workspace.wait_for_message(OPS, "did ps", viewer=VIEWER)


def test_a_refresh_is_followed(by_socket: Joined) -> None:
    """Slack asks every connection to come back every few hours; a warning first leaves them open."""
    workspace = by_socket.workspace
    workspace.wait_for(lambda: workspace.connections == CONNECTIONS)
    before = links(workspace)
    workspace.refresh()
    workspace.wait_for(lambda: workspace.connections == CONNECTIONS and before.isdisjoint(links(workspace)))
    workspace.slash(VIEWER, OPS, "ps").wait()


def test_it_says_when_slack_is_gone() -> None:
    """Without any connection it is not well, and says so."""
    workspace = Workspace()
    with workspace.serve():
        side = SlackSide(Connection(access(workspace)), CannedDesk(), Clock())
        side.start()
        assert side.healthy() is None
    until(lambda: side.healthy() is not None)
    assert "not connected" in str(side.healthy())
    side.stop()


def test_a_slack_that_goes_is_told_in_our_words_alone(caplog: pytest.LogCaptureFixture) -> None:
    """Each change is one sentence, however often the SDK tries; nothing of its own is in the log."""
    workspace = Workspace()
    with workspace.serve():
        side = SlackSide(Connection(access(workspace)), CannedDesk(), Clock())
        side.start()
        workspace.wait_for(lambda: workspace.connections == CONNECTIONS)
    until(lambda: "Slack is not connected" in caplog.text)
    side.stop()
    assert {record.name.partition(".")[0] for record in caplog.records} == {"bot"}
    assert len([record for record in caplog.records if "Slack is not connected" in record.message]) == 1


def access(workspace: Workspace) -> Access:
    """What opens this workspace by Socket Mode."""
    return Access(Mode.SOCKET, workspace.bot_token, workspace.app_token, "", workspace.api_url)


def test_an_app_token_that_slack_refuses_is_named(workspace: Workspace) -> None:
    """The sentence names the setting and what to do; nothing is left behind."""
    wrong = replace(access(workspace), app_token="xapp-1-A0-wrong")
    side = SlackSide(Connection(wrong), CannedDesk(), Clock())
    with pytest.raises(CannotConnect, match=r"SLACK_APP_TOKEN \(invalid_auth\)"):
        side.start()
    side.stop()


def test_no_thread_is_left(workspace: Workspace) -> None:
    """Whatever was started ends with stop()."""
    before = set(threading.enumerate())
    side = SlackSide(Connection(access(workspace)), CannedDesk(), Clock())
    side.start()
    workspace.slash(VIEWER, OPS, "ps").wait()
    side.stop()
    assert set(threading.enumerate()) <= before


def test_the_end_does_not_wait_for_a_slack_that_hangs(by_socket: Joined, caplog: pytest.LogCaptureFixture) -> None:
    """The connections were cut, and whoever joins again waits for an answer: they are left behind."""
    workspace, transport = by_socket.workspace, by_socket.side.transport
    assert isinstance(transport, Sockets)
    workspace.wait_for(lambda: workspace.connections == CONNECTIONS)
    with workspace.hang():
        workspace.drop_connections()
        until(lambda: "a connection to Slack was lost" in caplog.text)
        transport.stop()
        assert transport._watch.is_alive()
    until(lambda: not transport._watch.is_alive())
