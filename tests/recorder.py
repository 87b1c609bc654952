"""A proxy before an engine that notes what is asked of it, lets the looking through and refuses every change itself.

So each of many lines begins in the same world, and what it would have changed is known to the last byte.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from commands.aftermath import REQUEST

REFUSAL = "nothing is changed today"
CHUNK = 65_536  # bytes
_LOOKING = ("GET", "HEAD")
_ABROAD = ("/images/search", "/distribution/")  # what an engine would ask other machines for
_OBJECT = re.compile(r"/(containers|images|networks|volumes)/(.+?)(?:/[a-z]+)?")
_JOINING = re.compile(r"/networks/([^/]+)/(?:dis)?connect")
_NO_OBJECTS = {"containers/create", "images/create", "images/load", "networks/create", "volumes/create"} | {
    f"{kind}/prune" for kind in ("containers", "images", "networks", "volumes")
}
_LOOKS = {"containers": "/json", "images": "/json", "networks": "", "volumes": ""}
_MISSING = {400, 404}
_SLOW = re.compile(r"/containers/[^/]+/stats")
_UNTOLD = {"connection", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Asked:
    """One request: the path without the API's version, its parameters in order of name, its body as JSON or text."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any


class Recorder:
    """asked holds the requests in the order in which they came."""

    def __init__(self, engine: str) -> None:
        self.engine = engine.removeprefix("unix://")
        self.asked: list[Asked] = []
        self.kept: dict[str, tuple[int, bytes]] = {}  # answers that take the engine seconds, by what was asked

    @contextmanager
    def serve(self, folder: Path) -> Iterator[str]:
        """The recorder's address, for as long as the block lasts."""
        path = folder / "recorder.sock"
        with _Server(str(path), self) as server:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            yield f"unix://{path}"
            server.shutdown()

    def taken(self) -> list[Asked]:
        """What was asked since the last time."""
        taken, self.asked = self.asked, []
        return taken


class _Server(ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: str, recorder: Recorder) -> None:
        super().__init__(path, _Handler)
        self.recorder = recorder

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: docker's CLI hangs up as soon as it knows enough."""


class _Door(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def _asked(self) -> None:
        parts = urlsplit(self.path)
        path = parts.path.partition("/v1.")[2].partition("/")[2] if parts.path.startswith("/v1.") else parts.path[1:]
        query = tuple(sorted(parse_qsl(parts.query, keep_blank_values=True)))
        body = self._body()
        asked = Asked(self.command, f"/{path}", query, _as_docker_asks(_json(body)))
        changing = self.command not in _LOOKING or asked.path.startswith(_ABROAD)
        joining = _JOINING.fullmatch(asked.path)
        if joining and self._is_missing(asked.path):
            self._send(404, json.dumps({"message": f"network {joining[1]} not found"}).encode())
            return
        about = f"/containers/{(asked.body or {}).get('Container')}" if joining else asked.path
        if self._is_missing(about):
            self._pass_on(body)
            return
        self.server.recorder.asked.append(asked)
        if _SLOW.fullmatch(asked.path) and (kept := self.server.recorder.kept.get(self.path)):
            self._send(*kept)
        elif changing:
            self._send(409, json.dumps({"message": REFUSAL}).encode())
        else:
            self._pass_on(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _asked  # noqa: N815 - the names that the library looks for

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0], 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data

    def _is_missing(self, path: str) -> bool:
        """Whether it is about something that is not there, so that the engine itself can refuse it."""
        found = _OBJECT.fullmatch(path)
        if found is None or f"{found[1]}/{found[2]}" in _NO_OBJECTS:
            return False
        door = _Door(self.server.recorder.engine)
        try:
            door.request("GET", f"/v1.41/{found[1]}/{found[2]}{_LOOKS[found[1]]}", headers={"Host": "docker"})
            return door.getresponse().status in _MISSING
        finally:
            door.close()

    def _pass_on(self, body: bytes) -> None:
        door = _Door(self.server.recorder.engine)
        try:
            told = {name: self.headers[name] for name in ("Content-Type", "X-Registry-Auth") if self.headers[name]}
            door.request(self.command, self.path, body or None, headers={"Host": "docker", **told})
            answer = door.getresponse()
            if _SLOW.search(self.path):
                kept = self.server.recorder.kept[self.path] = (answer.status, answer.read())
                self._send(*kept)
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _UNTOLD:
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            while data := answer.read1(CHUNK):
                self.wfile.write(data)
        finally:
            door.close()
            self.close_connection = True

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        """The name of the one who asks, which a socket does not tell."""
        return "socket"

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def _json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return f"{len(body)} bytes"


def _as_docker_asks(body: Any) -> Any:
    """The body without the label by which slashdock finds what it made: docker sends none of its own."""
    if isinstance(body, dict) and isinstance(body.get("Labels"), dict):
        return {**body, "Labels": {name: value for name, value in body["Labels"].items() if name != REQUEST}}
    return body
