"""Whether an HTTP request is Slack's own: its v0 signature, made not long ago."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

from bot.clock import Clock

OLDEST = 300  # seconds; Slack's advice against replays
STAMP = "x-slack-request-timestamp"  # header; epoch seconds
NEWEST = 60  # seconds that Slack's clock may be ahead of ours


class Signature:
    """Knows what is signed with the app's secret; unlike Bolt's own it never logs a body."""

    def __init__(self, secret: str, clock: Clock) -> None:
        if not secret.strip():
            raise ValueError("the signing secret is empty")
        self._secret = secret.encode()
        self._clock = clock

    def may_be(self, headers: Mapping[str, str]) -> bool:
        """Whether Slack may have made a request, by its headers alone."""
        stamp, given = (headers.get(name, "") for name in _HEADERS)
        if not (_STAMP.fullmatch(stamp) and _GIVEN.fullmatch(given)):
            return False
        return -OLDEST <= int(stamp) - self._clock.now() <= NEWEST

    def made(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether Slack made this request, by its headers and every byte of its body."""
        if not self.may_be(headers):
            return False
        stamp, given = (headers[name] for name in _HEADERS)
        made = hmac.new(self._secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"v0={made}", given)


_STAMP = re.compile(r"[0-9]{1,12}")
_GIVEN = re.compile(r"v0=[0-9a-f]{64}")
_HEADERS = (STAMP, "x-slack-signature")
