"""An engine's socket that lets nobody in: it is waited for with a limit, and nothing was asked then."""

from __future__ import annotations

import os
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from proxy import Proxy

from bot import doors
from bot.doors import opened
from bot.hosts import EngineDown, Host


@contextmanager
def _full(path: Path) -> Iterator[str]:
    """The address of a socket at which more wait already than it has room for."""
    waiting = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(1)
        try:
            while True:
                waiting.append(socket.socket(socket.AF_UNIX))
                waiting[-1].setblocking(False)
                waiting[-1].connect(str(path))
        except BlockingIOError:
            yield f"unix://{path}"
        for each in waiting:
            each.close()


def test_nobody_waits_for_ever_to_be_let_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped engine takes no connection: the usual sentence says that it does not answer."""
    monkeypatch.setattr(doors, "PATIENCE", 0.2)
    with _full(tmp_path / "full.sock") as address, pytest.raises(EngineDown, match=r"full did not answer in time"):
        Host("full", address).quick()


def test_who_is_let_in_within_the_limit_is_not_sent_away(tmp_path: Path) -> None:
    """A backlog may be full for a moment, as many lines begin at once."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "busy.sock"))
        listening.listen(0)
        first = opened(str(tmp_path / "busy.sock"), 0.1)
        with pytest.raises(TimeoutError):
            opened(str(tmp_path / "busy.sock"), 0.1)
        second: list[socket.socket] = []
        waiting = threading.Thread(target=lambda: second.append(opened(str(tmp_path / "busy.sock"), 30)))
        waiting.start()
        for _ in range(2):
            listening.accept()[0].close()
        waiting.join()
        assert [first.recv(1), second[0].recv(1)] == [b"", b""]
        for each in (first, second[0]):
            each.close()


def test_a_refused_connection_leaves_no_socket_open(tmp_path: Path) -> None:
    """Nor does one that is not there."""
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counted, not gone through
    for _ in range(20):
        with pytest.raises(EngineDown, match=r"Cannot connect to the Docker daemon at unix:///.*\.sock\. Is the"):
            Host("gone", f"unix://{tmp_path}/gone.sock").quick()
    assert len(os.listdir("/proc/self/fd")) <= before  # noqa: PTH208 - see above


def test_no_room_for_another_file_is_no_connection(tmp_path: Path, engine: str) -> None:
    """EMFILE is no bug of a command's: nothing was asked."""
    with Proxy(engine).serve(tmp_path) as address, _no_more_files(), pytest.raises(EngineDown, match="Cannot connect"):
        Host("local", address).quick()


@contextmanager
def _no_more_files() -> Iterator[None]:
    """The process may open no file more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Path("/dev/null").open() as free:
        lowest = free.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_an_engine_that_went_away_was_asked_nothing(tmp_path: Path, engine: str) -> None:
    """A kept client that needs a new connection and gets none says so, not that an answer was lost."""
    with Proxy(engine).serve(tmp_path) as address:
        host = Host("local", address)
        client = host.patient()
        client.close()  # its connection; it makes another
    with pytest.raises(EngineDown, match="Cannot connect"):
        client.kill("web")


class _Version(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Say the version of an engine, and hang up."""
        body = b'{"ApiVersion": "1.41"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def test_a_refused_connection_over_the_network_was_never_asked() -> None:
    """Nothing can have happened at an engine that nobody reaches any more."""
    with HTTPServer(("127.0.0.1", 0), _Version) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        host = Host("far", f"tcp://127.0.0.1:{server.server_port}")
        client = host.quick()
    with pytest.raises(EngineDown):
        client.stop("a" * 64)
    host.close()
