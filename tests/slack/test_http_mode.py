"""Over HTTP only what Slack signed not long ago is heard, and nothing of the rest is logged."""

from __future__ import annotations

import json
import logging
import socket
import time
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest
from canned import CannedDesk, Joined

from bot.clock import Clock
from bot.settings import Mode
from bot.slack import Access, CannotConnect, Connection, SlackSide
from bot.slack.http import BODY_LIMIT, EVENTS, Server
from bot.slack.signature import Signature
from bot.workspace import Workspace
from bot.workspace.people import OPS, VIEWER
from bot.workspace.request_url import signature

FORM = "application/x-www-form-urlencoded"
SECRET_TEXT = "run-with-a-secret-word"


def address(joined: Joined, path: str = EVENTS) -> str:
    """Where the bot listens."""
    assert isinstance(joined.side.transport, Server)
    return f"http://127.0.0.1:{joined.side.transport.port}{path}"


def send(url: str, body: bytes | None, headers: dict[bytes, bytes]) -> tuple[int, str]:
    """One raw request, headers as bytes; its status and body."""
    host, _, path = url.removeprefix("http://").partition("/")
    name, port = host.split(":")
    verb = b"GET" if body is None else b"POST"
    lines = [verb + f" /{path} HTTP/1.1".encode(), b"Host: " + host.encode(), b"Connection: close"]
    lines += [b"Content-Length: " + str(len(body or b"")).encode()]
    lines += [key + b": " + value for key, value in headers.items()]
    with socket.create_connection((name, int(port)), timeout=10) as connection:
        connection.sendall(b"\r\n".join([*lines, b"", body or b""]))
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, text = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), text.decode()


def body_of(joined: Joined) -> str:
    """A slash command as Slack would send it."""
    payload = joined.workspace.slash(VIEWER, OPS, SECRET_TEXT).wait().payload
    joined.workspace.wait_for_message(OPS, SECRET_TEXT, viewer=VIEWER)
    joined.desk.taken.clear()
    return urlencode({**payload, "trigger_id": "another"})


def signed(joined: Joined, body: str, seconds: float = 0) -> dict[bytes, bytes]:
    """The headers that Slack would send so many seconds from now."""
    stamp = str(int(time.time() + seconds))
    made = signature(joined.workspace.signing_secret, stamp, body)
    return {
        b"Content-Type": FORM.encode(),
        b"X-Slack-Request-Timestamp": stamp.encode(),
        b"X-Slack-Signature": made.encode(),
    }


def test_a_signed_request_is_heard(by_http: Joined) -> None:
    """The reference for the refusals below."""
    body = body_of(by_http)
    assert send(address(by_http), body.encode(), signed(by_http, body)) == (200, "")
    assert [request.line for request in by_http.desk.taken] == [SECRET_TEXT]


@pytest.mark.parametrize("seconds", [-310, 70])
def test_old_and_future_requests_are_refused(by_http: Joined, seconds: float) -> None:
    """A replay after five minutes, and a stamp more than a minute ahead, however well they are signed."""
    body = body_of(by_http)
    assert send(address(by_http), body.encode(), signed(by_http, body, seconds))[0] == 401
    assert by_http.desk.taken == []


FORGED = [
    {b"X-Slack-Signature": b"v0=" + b"0" * 64},
    {b"X-Slack-Signature": b""},
    {b"X-Slack-Signature": "v0=é".encode()},
    {b"X-Slack-Request-Timestamp": b"abc"},
    {b"X-Slack-Request-Timestamp": b""},
    {b"X-Slack-Request-Timestamp": b"-1"},
    {b"X-Slack-Request-Timestamp": "١٢٣".encode()},
    {b"X-Slack-Request-Timestamp": b"9" * 400},
]


@pytest.mark.parametrize("forged", FORGED)
def test_forged_requests_are_refused_and_not_logged(
    by_http: Joined, forged: dict[bytes, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """Wrong, missing and malformed headers get 401 and nothing of the body reaches a log, even at the finest level."""
    body = body_of(by_http)
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    assert send(address(by_http), body.encode(), signed(by_http, body) | forged)[0] == 401
    assert by_http.desk.taken == []
    assert SECRET_TEXT not in caplog.text


def test_a_changed_body_is_refused(by_http: Joined) -> None:
    """The signature is over every byte, and bytes that are no text are no error of ours."""
    body = body_of(by_http)
    headers = signed(by_http, body)
    assert send(address(by_http), body.encode() + b"&x=1", headers)[0] == 401
    assert send(address(by_http), b"\xff\xfe", headers)[0] == 401
    assert send(address(by_http), b"x" * (BODY_LIMIT + 1), headers)[0] == 413
    assert by_http.desk.taken == []


def test_slack_s_questions_at_set_up_are_answered(by_http: Joined) -> None:
    """The certificate check comes unsigned; the challenge comes back only where it is signed."""
    asked = json.dumps({"type": "url_verification", "token": "x", "challenge": "the-challenge"})
    as_json = {b"Content-Type": b"application/json"}
    assert send(address(by_http), b"ssl_check=1&token=x", {b"Content-Type": FORM.encode()}) == (200, "")
    assert send(address(by_http), asked.encode(), as_json)[0] == 401
    status, text = send(address(by_http), asked.encode(), signed(by_http, asked) | as_json)
    assert (status, json.loads(text)) == (200, {"challenge": "the-challenge"})


def test_an_unknown_command_is_not_acknowledged(by_http: Joined) -> None:
    """Slack tells the person that it failed, rather than nothing."""
    given = by_http.workspace.slash(VIEWER, OPS, "ps", command="/other")
    by_http.workspace.wait_for(lambda: given.failed)
    assert by_http.desk.taken == []


def test_health_is_told_to_anybody(workspace: Workspace) -> None:
    """200 while all is well, 503 with the reason when it is not; every other path is nothing."""
    wrong: list[str] = []
    access = Access(Mode.HTTP, workspace.bot_token, "", workspace.signing_secret, workspace.api_url)
    side = SlackSide(Connection(access), CannedDesk(), Clock(), lambda: wrong[0] if wrong else None)
    side.start()
    joined = Joined(workspace, CannedDesk(), side)
    assert send(address(joined, "/healthz"), None, {}) == (200, "ok\n")
    wrong.append("the engine does not answer")
    assert send(address(joined, "/healthz"), None, {}) == (503, "the engine does not answer\n")
    assert side.healthy() == "the engine does not answer"
    assert send(address(joined, "/"), None, {})[0] == 404
    side.stop()


def test_a_port_that_is_taken_is_told(by_http: Joined) -> None:
    """The sentence names the setting."""
    assert isinstance(by_http.side.transport, Server)
    access = Access(
        Mode.HTTP,
        by_http.workspace.bot_token,
        "",
        "a secret",
        by_http.workspace.api_url,
        port=by_http.side.transport.port,
    )
    second = SlackSide(Connection(access), CannedDesk(), Clock())
    with pytest.raises(CannotConnect, match="SLASHDOCK_PORT"):
        second.start()
    second.stop()


def test_an_empty_signing_secret_is_refused() -> None:
    """Anybody could sign with it."""
    with pytest.raises(ValueError, match="empty"):
        Signature(" ", Clock())


def test_the_server_ends(by_http: Joined) -> None:
    """After stop() nothing listens."""
    url = address(by_http, "/healthz")
    by_http.side.stop()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=5)
    assert by_http.side.healthy() is not None
