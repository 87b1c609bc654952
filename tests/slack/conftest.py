"""A local workspace in Slack's place, and Slack's side of the bot joined to it by each transport."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from canned import CannedDesk, Joined

from bot.clock import Clock
from bot.settings import Mode
from bot.slack import Access, Connection, SlackSide
from bot.slack.http import EVENTS, Server
from bot.workspace import Workspace


def access(workspace: Workspace, mode: Mode) -> Access:
    """What opens this workspace."""
    return Access(mode, workspace.bot_token, workspace.app_token, workspace.signing_secret, workspace.api_url)


def join(workspace: Workspace, mode: Mode) -> Iterator[Joined]:
    """The bot in the workspace as long as it lasts."""
    desk = CannedDesk()
    side = SlackSide(Connection(access(workspace, mode)), desk, Clock())
    side.start()
    if isinstance(side.transport, Server):
        workspace.deliver_by_http(f"http://127.0.0.1:{side.transport.port}{EVENTS}")
    yield Joined(workspace, desk, side)
    side.stop()
    if workspace.request_url is not None:
        workspace.request_url.senders.shutdown()


@pytest.fixture
def connection(workspace: Workspace) -> Connection:
    """A connection to it, for parts that need no transport."""
    return Connection(access(workspace, Mode.SOCKET))


@pytest.fixture
def by_socket(workspace: Workspace) -> Iterator[Joined]:
    """The bot joined over Socket Mode."""
    yield from join(workspace, Mode.SOCKET)


@pytest.fixture
def by_http(workspace: Workspace) -> Iterator[Joined]:
    """The bot joined over HTTP."""
    yield from join(workspace, Mode.HTTP)


@pytest.fixture(params=[Mode.SOCKET, Mode.HTTP])
def joined(workspace: Workspace, request: pytest.FixtureRequest) -> Iterator[Joined]:
    """The bot joined over each transport in turn."""
    yield from join(workspace, request.param)
