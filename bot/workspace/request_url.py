"""HTTP mode: signed requests to the bot's request URL."""

import contextlib
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bot.workspace.delivery import ACK_SECONDS, Delivery
from bot.workspace.payloads import VERIFICATION, http_body
from bot.workspace.state import Clock

SENDERS = 20  # requests under way at once


class RequestUrl:
    """Sends what Socket Mode would send as HTTP requests, signed as Slack signs them (v0)."""

    def __init__(self, url: str, secret: str, clock: Clock, acknowledged: Callable[[Delivery], None]) -> None:
        self.url = url
        self.secret = secret
        self.clock = clock
        self.acknowledged = acknowledged
        self.senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="request-url")

    def deliver(self, delivery: Delivery) -> None:
        """Send in the background."""
        self.senders.submit(self._send, delivery)

    def post(self, body: str, content_type: str, **headers: str) -> tuple[int, str]:
        """One signed request; its status (0 when there is no answer within 3 s) and body."""
        stamp = str(int(self.clock()))
        signed = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self.secret, stamp, body),
            **headers,
        }
        request = urllib.request.Request(self.url, body.encode(), signed, method="POST")  # noqa: S310 - http only
        try:
            with urllib.request.urlopen(request, timeout=ACK_SECONDS) as answer:  # noqa: S310 - see above
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()
        except OSError:
            return 0, ""

    def ssl_check(self) -> int:
        """Slack's unsigned look whether the certificate holds; the status."""
        return self.post(f"ssl_check=1&token={VERIFICATION}", "application/x-www-form-urlencoded")[0]

    def url_verification(self) -> str:
        """Slack's question when the URL is configured; the bot must give the challenge back."""
        asked = {"type": "url_verification", "token": VERIFICATION, "challenge": "local-challenge"}
        return self.post(json.dumps(asked), "application/json")[1]

    def _send(self, delivery: Delivery) -> None:
        retry = {"X-Slack-Retry-Num": str(delivery.attempts), "X-Slack-Retry-Reason": "http_timeout"}
        headers = retry if delivery.attempts and delivery.kind == "events_api" else {}
        delivery.sent()
        body, content_type = http_body(delivery.kind, delivery.payload)
        status, text = self.post(body, content_type, **headers)
        first = not delivery.acked
        delivery.acknowledged(_answer(text), status)
        if first and delivery.acked:
            self.acknowledged(delivery)


def signature(secret: str, stamp: str, body: str) -> str:
    """Slack's v0 signature of a body."""
    signed = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256)
    return f"v0={signed.hexdigest()}"


def _answer(text: str) -> Mapping[str, Any] | None:
    with contextlib.suppress(ValueError):
        parsed = json.loads(text)
        if isinstance(parsed, dict):
            return parsed
    return {"text": text} if text else None
