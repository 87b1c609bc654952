"""Answers by response URL: on kept connections, and what is known of one that is not answered."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import URLError

import pytest

from bot.slack.replying import KEPT, Replying
from bot.slack.said import NotNow, Unsure, told


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/silent":
            self.close_connection = True
            return
        self.send_response(302 if self.path == "/elsewhere" else 200)
        self.send_header("Content-Length", "2")
        self.send_header("Location", "/other")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_words: object) -> None:
        """Nothing is logged."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    connections = 0

    def __init__(self, handler: type[BaseHTTPRequestHandler] = _Handler) -> None:
        self.bodies: list[bytes] = []
        super().__init__(("127.0.0.1", 0), handler)


@pytest.fixture
def server() -> Iterator[_Server]:
    """Slack's end of a response URL."""
    with _Server() as made:
        threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def replying() -> Iterator[Replying]:
    """Our end."""
    made = Replying(ssl.create_default_context(), None, 5)
    yield made
    made.close()


def _url(server: _Server, path: str = "/") -> str:
    return f"http://127.0.0.1:{server.server_port}{path}"


def test_what_comes_soon_after_goes_by_the_same_connection(server: _Server, replying: Replying) -> None:
    """With a body of its own."""
    for at in range(3):
        answer = replying.post(_url(server), {"text": f"ü {at}"})
        assert (answer.status, answer.data) == (200, b"ok")
    assert server.connections == 1
    assert server.bodies == [f'{{"text": "\\u00fc {at}"}}'.encode() for at in range(3)]


def test_one_that_was_idle_for_long_is_not_used_again(server: _Server, replying: Replying) -> None:
    """Whoever stands there may be closing it."""
    replying.post(_url(server), {})
    replying._own.used -= KEPT + 1
    replying.post(_url(server), {})
    assert server.connections == 2


def test_each_thread_has_a_connection_of_its_own(server: _Server, replying: Replying) -> None:
    """So that none lies idle while another one is used."""
    replying.post(_url(server), {})
    beside = threading.Thread(target=replying.post, args=(_url(server), {}))
    beside.start()
    beside.join()
    replying.post(_url(server), {})
    assert server.connections == 2


class _Proxy(_Handler):
    def do_CONNECT(self) -> None:
        self.server.bodies.append((self.headers["Proxy-Authorization"] or "").encode())
        self.send_response(407)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.mark.parametrize(
    ("proxy", "told_to_it"),
    [("http://127.0.0.1:{}", b""), ("127.0.0.1:{}", b""), ("http://us%40er:p%3Aw@127.0.0.1:{}", b"Basic dXNAZXI6cDp3")],
)
def test_a_proxy_is_asked_as_the_others_ask_it(proxy: str, told_to_it: bytes) -> None:
    """With the name and the password that its address has; it need not say that it is spoken to by HTTP."""
    with _Server(_Proxy) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        made = Replying(ssl.create_default_context(), proxy.format(server.server_port), 5)
        with pytest.raises(URLError):
            made.post("https://hooks.slack.com/x", {})
        made.close()
        server.shutdown()
    assert server.bodies == [told_to_it]


def test_a_proxy_that_is_not_there_had_nothing() -> None:
    """It is tried again."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    made = Replying(ssl.create_default_context(), f"http://127.0.0.1:{port}", 5)
    with pytest.raises(NotNow), told("response_url"):
        made.post("https://hooks.slack.com/x", {})


def test_nobody_is_sent_elsewhere(server: _Server, replying: Replying) -> None:
    """A redirect is an answer as any other."""
    assert replying.post(_url(server, "/elsewhere"), {}).status == 302
    assert len(server.bodies) == 1


def test_what_never_left_is_tried_again_and_what_was_not_answered_is_not(server: _Server, replying: Replying) -> None:
    """It may have been done."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NotNow), told("response_url"):
        replying.post(f"http://127.0.0.1:{port}/", {})
    with pytest.raises(Unsure), told("response_url"):
        replying.post(_url(server, "/silent"), {})
    assert len(server.bodies) == 1
