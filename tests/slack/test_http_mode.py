"""Over HTTP only what Slack signed not long ago is heard, and nothing of the rest is logged."""

from __future__ import annotations

import json
import logging
import socket
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

import pytest
from canned import CannedDesk, Joined
from set_clock import SetClock

from bot.clock import Clock
from bot.settings import Mode
from bot.slack import Access, CannotConnect, Connection, SlackSide
from bot.slack.arrivals import MOST
from bot.slack.http import BODY_LIMIT, EVENTS, Server
from bot.slack.signature import Signature
from bot.workspace import Workspace
from bot.workspace.people import OPS, TEAM, VIEWER
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


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged for people to read."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO]


def test_a_signed_request_is_heard(by_http: Joined) -> None:
    """The reference for the refusals below."""
    body = body_of(by_http)
    assert send(address(by_http), body.encode(), signed(by_http, body)) == (200, "")
    assert [request.line for request in by_http.desk.taken] == [SECRET_TEXT]


def test_a_command_is_as_old_as_its_stamp(by_http: Joined) -> None:
    """Whatever it waited for before we read it: a line of a minute ago is not run."""
    body = body_of(by_http)
    assert send(address(by_http), body.encode(), signed(by_http, body, -100))[0] == 200
    assert by_http.desk.taken[0].received <= time.time() - 99


@pytest.mark.attack("S3")
@pytest.mark.parametrize("seconds", [-310, 70])
def test_old_and_future_requests_are_refused(by_http: Joined, seconds: float) -> None:
    """A replay after five minutes, and a stamp more than a minute ahead, however well they are signed."""
    body = body_of(by_http)
    assert send(address(by_http), body.encode(), signed(by_http, body, seconds))[0] == 401
    assert by_http.desk.taken == []


BOUNDS = {-301: False, -300: True, 0: True, 60: True, 61: False}


@pytest.mark.attack("S3")
@pytest.mark.parametrize("seconds", BOUNDS)
def test_a_stamp_is_good_from_five_minutes_ago_to_a_minute_ahead(seconds: int) -> None:
    """S3: to the second, by our clock."""
    stamp, secret = str(1_790_000_000 + seconds), "a secret of the test's own"
    signed_by = {"x-slack-request-timestamp": stamp, "x-slack-signature": signature(secret, stamp, "a=b")}
    assert Signature(secret, SetClock(1_790_000_000)).made(signed_by, b"a=b") is BOUNDS[seconds]


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


@pytest.mark.attack("S1")
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


@pytest.mark.attack("S1")
def test_a_changed_body_is_refused(by_http: Joined) -> None:
    """The signature is over every byte, and bytes that are no text are no error of ours."""
    body = body_of(by_http)
    headers = signed(by_http, body)
    assert send(address(by_http), body.encode() + b"&x=1", headers)[0] == 401
    assert send(address(by_http), b"\xff\xfe", headers)[0] == 401
    assert send(address(by_http), b"x" * (BODY_LIMIT + 1), headers)[0] == 413
    assert by_http.desk.taken == []


def opened(joined: Joined, sent: bytes = b"") -> socket.socket:
    """A connection of anybody's that has sent so much of a request."""
    host, _, port = address(joined, "").removeprefix("http://").partition(":")
    made = socket.create_connection((host, int(port)), timeout=10)
    made.sendall(sent)
    return made


HALF = f"POST {EVENTS} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab".encode()


@pytest.mark.attack("S31")
def test_connections_that_ask_nothing_keep_nobody_out(by_http: Joined) -> None:
    """S31: of those whose request is not all there, the oldest makes room; whoever has a question is answered."""
    strangers = [opened(by_http, sent) for sent in (b"", b"POST /", HALF) * MOST]
    assert strangers[0].recv(1) == b""
    assert send(address(by_http, "/healthz"), None, {}) == (200, "ok\n")
    body = body_of(by_http)
    assert send(address(by_http), body.encode(), signed(by_http, body)) == (200, "")
    for each in strangers:
        each.close()


@pytest.mark.attack("S31")
def test_a_request_has_to_arrive_in_time(by_http: Joined, monkeypatch: pytest.MonkeyPatch) -> None:
    """S31: a head or a body that does not end is not waited for; one request is answered a connection."""
    monkeypatch.setattr("bot.slack.arrivals.WHOLE", 0.01)
    for sent in (b"", b"POST /", HALF):
        with opened(by_http, sent) as stranger:
            assert stranger.recv(1) == b""
    monkeypatch.undo()  # a busy machine may need longer for what comes whole
    with opened(by_http, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") as asked:
        assert b"connection: close" in b"".join(iter(lambda: asked.recv(65_536), b"")).lower()


@pytest.mark.attack("S31")
def test_of_what_nobody_signed_little_is_kept(by_http: Joined) -> None:
    """S31: by its headers it cannot be Slack's, so that its body is thrown away as it comes."""
    large = b"ssl_check=1&" + b"x" * 900_000
    late = {b"X-Slack-Request-Timestamp": b"1", b"X-Slack-Signature": b"v0=" + b"0" * 64}
    for headers in ({}, late):
        assert send(address(by_http), large, headers)[0] == 401


AS_JSON = {b"Content-Type": b"application/json"}
DEEP = "[" * 900_000
ODD = ["{", DEEP, 'payload={"x', "payload=" + DEEP, "[1,2]", '"x"', "payload=[1]", "command=/docker", ""]


@pytest.mark.parametrize("kind", [{}, AS_JSON])
def test_unsigned_odd_bodies_are_refused_unread(
    by_http: Joined, kind: dict[bytes, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is in them: 401, and not a line in a log."""
    large = "a=b&" * 240_000
    for body in (*ODD, large, f"ssl_check=1&{large}"):
        caplog.clear()
        headers = signed(by_http, body) | kind | {b"X-Slack-Signature": b"v0=" + b"0" * 64}
        assert (body[:40], send(address(by_http), body.encode(), headers)[0]) == (body[:40], 401)
        assert told(caplog) == []


COMMAND: dict[str, str] = {
    "command": "/docker",
    "team_id": TEAM,
    "user_id": VIEWER,
    "channel_id": OPS,
    "trigger_id": "1.2",
    "text": "",
}
CLICK = {
    "type": "block_actions",
    "team": {"id": TEAM},
    "user": {"id": VIEWER, "team_id": TEAM},
    "trigger_id": "1.3",
    "container": {"type": "message", "channel_id": OPS, "message_ts": "1.1"},
    "actions": [{"action_id": "a", "block_id": "b", "value": "id0", "action_ts": "1.1"}],
}
EVENT: dict[str, Any] = {"type": "app_mention", "user": VIEWER, "channel": OPS, "ts": "1.1", "text": "ps"}
MENTION = {
    "type": "event_callback",
    "team_id": TEAM,
    "event_id": "Ev1",
    "event": EVENT,
}
ODD_EVENTS: list[Any] = [1, "type", ["type"], {"type": 1}, {"type": {}}]
ODD_IDS: list[Any] = [{"id": OPS}, "\ud800", "", 1]
ODD_AUTHORIZATIONS: list[Any] = [1, [1], {"a": 1}, [{"team": ["id"]}]]
SIGNED_ODD: list[str] = [
    *("{", DEEP, 'payload={"x', "payload=" + DEEP, "[1,2]", '"x"', "payload=[1]", "command=/docker"),
    *(urlencode(COMMAND | {name: ""}) for name in COMMAND if name not in {"text", "command"}),
    *(json.dumps(MENTION | {"event": odd}) for odd in ODD_EVENTS),
    *(json.dumps(MENTION | {"event": {**EVENT, name: [1]}}) for name in ("user", "channel", "ts", "text")),
    *(json.dumps(MENTION | {"event": {**EVENT, "channel": odd}}) for odd in ODD_IDS),
    *(json.dumps(MENTION | {"authorizations": odd}) for odd in ODD_AUTHORIZATIONS),
    *(urlencode({"payload": json.dumps(CLICK | {"actions": odd})}) for odd in (1, [1], [{"action_id": 1}])),
    *(
        urlencode({"payload": json.dumps(CLICK | {name: ["id"]})})
        for name in ("team", "user", "container", "trigger_id")
    ),
    urlencode({"payload": json.dumps(CLICK | {"actions": [{"action_id": "a", "value": {"x": 1}}]})}),
]


def test_signed_odd_bodies_are_refused_in_one_line(by_http: Joined, caplog: pytest.LogCaptureFixture) -> None:
    """400, no traceback, and nothing is run."""
    for body in SIGNED_ODD:
        caplog.clear()
        kind = {} if "=" in body[:8] else AS_JSON
        answer = send(address(by_http), body.encode(), signed(by_http, body) | kind)
        assert (body[:200], answer[0], len(told(caplog))) == (body[:200], 400, 1)
        assert "Traceback" not in caplog.text
    assert by_http.desk.taken == []


def test_the_odd_bodies_are_odd_in_what_was_changed_alone(by_http: Joined) -> None:
    """Without the change each is heard."""
    by_http.desk.buttons["id0"] = ("ps", "")
    as_form = urlencode({"payload": json.dumps(CLICK)})
    for body, kind in ((urlencode(COMMAND), {}), (json.dumps(MENTION), AS_JSON), (as_form, {})):
        assert send(address(by_http), body.encode(), signed(by_http, body) | kind)[0] == 200
    assert len(by_http.desk.taken) == 3


def test_a_line_may_hold_any_word_and_any_character(by_http: Joined) -> None:
    """The word payload is a word like any other, and half a character is left out."""
    for body, kind in (
        (urlencode(COMMAND | {"text": "logs payload"}), {}),
        (json.dumps(MENTION | {"event": {**EVENT, "text": "ps \ud800-a"}}), AS_JSON),
    ):
        assert send(address(by_http), body.encode(), signed(by_http, body) | kind) == (200, "")
    assert [request.line for request in by_http.desk.taken] == ["logs payload", "ps -a"]


def test_whoever_hangs_up_leaves_no_trace(by_http: Joined, caplog: pytest.LogCaptureFixture) -> None:
    """A body that ends before its length is no error of ours."""
    logging.getLogger("uvicorn.error").addHandler(caplog.handler)  # it does not hand them on to the root
    host, _, port = address(by_http, "").removeprefix("http://").partition(":")
    for _ in range(3):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(f"POST {EVENTS} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab".encode())
    by_http.side.stop()
    logging.getLogger("uvicorn.error").removeHandler(caplog.handler)
    assert told(caplog) == []


@pytest.mark.attack("S24")
def test_slack_s_questions_at_set_up_are_answered(by_http: Joined) -> None:
    """The certificate check, signed or not, is answered; the challenge comes back only where it is signed."""
    asked = json.dumps({"type": "url_verification", "token": "x", "challenge": "the-challenge"})
    check = "ssl_check=1&token=x"
    for headers in ({b"Content-Type": FORM.encode()}, signed(by_http, check)):
        assert send(address(by_http), check.encode(), headers) == (200, "")
    assert send(address(by_http), asked.encode(), AS_JSON)[0] == 401
    status, text = send(address(by_http), asked.encode(), signed(by_http, asked) | AS_JSON)
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


@pytest.mark.attack("S30")
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
