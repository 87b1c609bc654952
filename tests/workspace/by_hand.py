"""What the tests of the workspace move by hand: the clock, and the end of a Socket Mode client."""

from slack_sdk.socket_mode.builtin.client import SocketModeClient

from bot.workspace import Workspace


class HandClock:
    """A clock that stands until it is moved; seconds."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        """The time."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Move it."""
        self.now += seconds


def hang_up(workspace: Workspace, client: SocketModeClient) -> None:
    """Close a client at once: alone it would sit out its receive timeout of three seconds first."""
    client.auto_reconnect_enabled = False
    workspace.drop_connections()
    client.close()
