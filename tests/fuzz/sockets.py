"""Socket Mode's envelopes, as the SDK hands them to Bolt: never an error of ours, never another's obeyed."""

from __future__ import annotations

from functools import cache

from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.settings import Mode
from fuzz import slack
from fuzz.slack import Side
from fuzz.target import must


class _Line(SocketModeClient):
    """A connection to nobody."""

    def send_message(self, message: str) -> None:
        """Send it nowhere."""


def check(case: bytes) -> None:
    """It is acknowledged, or refused."""
    found = slack.document(case)
    try:
        request = SocketModeRequest.from_dict(found) if isinstance(found, dict) else None
    except (ValueError, TypeError):  # the SDK's own refusals; it logs them
        return
    if request is None or not isinstance(request.retry_reason, str | None):  # Bolt's adapter takes no other
        return
    desk = _side().fresh()
    _side().hear(_line(), request)
    must(not slack.FAULTS.caught, f"no fault of ours: {slack.FAULTS.caught}")
    slack.judge(request.payload, desk.taken)


@cache
def _side() -> Side:
    return Side(Mode.SOCKET)


@cache
def _line() -> _Line:
    return _Line(app_token="xapp-1", concurrency=1)
