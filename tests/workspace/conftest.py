"""A served workspace, a hand-set clock, and Slack's own clients on it."""

from collections.abc import Iterator

import pytest
from by_hand import HandClock, hang_up
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin.client import SocketModeClient

from bot.workspace import Workspace


@pytest.fixture
def clock() -> HandClock:
    """A clock at some day's noon."""
    return HandClock(1_790_000_000.0)


@pytest.fixture
def ws(clock: HandClock) -> Iterator[Workspace]:
    """A workspace on a server of its own."""
    workspace = Workspace(clock=clock)
    with workspace.serve():
        yield workspace


@pytest.fixture
def client(ws: Workspace) -> WebClient:
    """Slack's own client, as the bot."""
    return WebClient(ws.bot_token, base_url=ws.api_url, retry_handlers=[])


@pytest.fixture
def socket_client(ws: Workspace, client: WebClient) -> Iterator[SocketModeClient]:
    """Slack's own Socket Mode client, not yet connected."""
    connecting = SocketModeClient(ws.app_token, web_client=client, ping_interval=0.2)
    yield connecting
    hang_up(ws, connecting)
