"""Whether an HTTP request is Slack's own: its v0 signature, made not long ago."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.middleware import Middleware

from bot.clock import Clock

OLDEST = 300  # seconds; Slack's advice against replays
NEWEST = 60  # seconds that Slack's clock may be ahead of ours


class Signature(Middleware):
    """Refuses with 401 whatever is not signed with the app's secret; unlike Bolt's own it never logs a body."""

    def __init__(self, secret: str, clock: Clock) -> None:
        if not secret.strip():
            raise ValueError("the signing secret is empty")
        self._secret = secret.encode()
        self._clock = clock

    def process(self, *, req: BoltRequest, resp: BoltResponse, next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002, ARG002 - Bolt's names
        """Go on where the request is Slack's; an envelope of Socket Mode has no signature."""
        if req.mode == "socket_mode" or self._signed(req):
            return next()
        return BoltResponse(status=401, body={"error": "invalid request"})

    def _signed(self, req: BoltRequest) -> bool:
        stamp, given = (req.headers.get(name, [""])[0] for name in _HEADERS)
        if not (_STAMP.fullmatch(stamp) and given.isascii()):
            return False
        if not -OLDEST <= int(stamp) - self._clock.now() <= NEWEST:
            return False
        made = hmac.new(self._secret, f"v0:{stamp}:{req.raw_body}".encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"v0={made}", given)


_STAMP = re.compile(r"[0-9]{1,12}")
_HEADERS = ("x-slack-request-timestamp", "x-slack-signature")
