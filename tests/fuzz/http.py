"""Slack's requests over HTTP, through the whole application: never an error of ours, never another's obeyed.

A case is JSON: what is sent, in which form, and headers that stand in the place of the right ones. Any other bytes are
sent as they are, rightly signed.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from functools import cache
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette

from bot.settings import Mode
from bot.slack.body import SSL_CHECK_LIMIT
from bot.slack.http import EVENTS
from fuzz import slack
from fuzz.slack import NOW, SECRET, Side
from fuzz.target import must

AS_FORM = "application/x-www-form-urlencoded"
AS_JSON = "application/json"
STAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
HEARD = frozenset({200, 400, 404})  # 404: another command than ours
UNHEARD = frozenset({400, 401})
SSL_CHECK = b"ssl_check=1"


def check(case: bytes) -> None:
    """Signed, it is heard or refused; unsigned, it is refused unread, but for the check of the certificate."""
    found = slack.document(case)
    whole = isinstance(found, dict) and "payload" in found
    payload, body, kind = _sent(found) if whole else (found, case, AS_JSON if case[:1] == b"{" else AS_FORM)
    others = found.get("headers") if whole else {}
    headers = _headers(body, kind, others if isinstance(others, dict) else {})
    forged = bool({STAMP, SIGNATURE} & {name.lower() for name in (others if isinstance(others, dict) else {})})
    desk = _side().fresh()
    status = _loop().run_until_complete(_status(_side().application, headers, body))
    if len(body) <= SSL_CHECK_LIMIT and SSL_CHECK in body.split(b"&"):
        must(status == 200 and not desk.taken, "the check of the certificate does nothing")
    elif forged:
        must(status in UNHEARD and not desk.taken, f"a forged request is not heard: {status}")
    else:
        must(status in HEARD, f"a signed request is heard or refused: {status}, {slack.FAULTS.caught}")
    slack.judge(payload, desk.taken)


def _sent(found: dict[str, Any]) -> tuple[Any, bytes, str]:
    """The payload, the body that it makes, and its kind."""
    payload, form = found["payload"], found.get("as")
    if form == "json":
        return payload, json.dumps(payload).encode(), AS_JSON
    if form == "form" and isinstance(payload, dict):
        fields = {key: value if isinstance(value, str) else json.dumps(value) for key, value in payload.items()}
        return payload, _form(fields), AS_FORM
    return payload, _form({"payload": json.dumps(payload)}), AS_FORM


def _form(fields: dict[str, str]) -> bytes:
    return urlencode(fields, errors="surrogatepass").encode()


def _headers(body: bytes, kind: str, others: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    """The right headers, with the others in their places; one that is null is left out."""
    stamp = str(int(NOW))
    made = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    right = {"content-type": kind, STAMP: stamp, SIGNATURE: f"v0={made}"}
    told = right | {name.lower(): value for name, value in others.items()}
    return [
        (name.encode("latin-1", "replace"), str(value).encode("utf-8", "surrogatepass"))
        for name, value in told.items()
        if value is not None
    ]


async def _status(application: Starlette, headers: list[tuple[bytes, bytes]], body: bytes) -> int:
    """What is answered to such a request; whatever is raised in the application is raised here."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": EVENTS, "raw_path": EVENTS.encode(), "root_path": "", "query_string": b"", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip
    await application(scope, receive, send)
    return int(sent[0]["status"])


@cache
def _side() -> Side:
    return Side(Mode.HTTP)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()
