"""An engine of fixed answers on a socket of its own: what no engine of the tests would say, such as a Swarm's state."""

from __future__ import annotations

import json
import re
import tempfile
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from types import TracebackType
from typing import Self

FOLDER = Path(__file__).parent / "stored"
API_VERSION = "1.50"
AGO = re.compile(r'"ago (\d+)"')  # seconds before now, so that ages in the record stay true
ANSWERS = {
    "/containers/json": "containers",
    "/images/json": "images",
    "/networks": "networks",
    "/volumes": "volumes",
    "/info": "info",
    "/version": "version",
}


class StoredEngine:
    """The engine while the context lasts; asked holds the paths that were asked for.

    told has other answers than those that are stored, as JSON, by the path.
    """

    def __init__(self, told: Mapping[str, bytes] | None = None) -> None:
        self.asked: list[str] = []
        self.told = told or {}
        self._folder = tempfile.TemporaryDirectory()
        self.address = f"unix://{self._folder.name}/docker.sock"

    def __enter__(self) -> Self:
        """Start to listen."""
        self._server = _Server(self.address.removeprefix("unix://"), self.asked, self.told)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop and take the socket away."""
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()


class _Server(ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: str, asked: list[str], told: Mapping[str, bytes]) -> None:
        super().__init__(path, _Handler)
        self.asked = asked
        self.told = told

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: docker's CLI hangs up as soon as it knows enough."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        """Answer a ping."""
        self._send(b"")

    def do_GET(self) -> None:
        """Answer with what is stored for the path, whatever version and parameters it has."""
        path = re.sub(r"^/v[0-9.]+", "", self.path.partition("?")[0])
        if path != "/_ping":
            self.server.asked.append(path)
        if path in self.server.told:
            self._send(self.server.told[path])
            return
        name = "trees" if "manifests=1" in self.path else ANSWERS.get(path)
        self._send(stored(name).encode() if name else b"OK")

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Api-Version", API_VERSION)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        """The name of the one who asks, which a socket does not tell."""
        return "socket"

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def stored(name: str) -> str:
    """A stored answer as JSON, with the times that it gives as ages."""
    text = AGO.sub(lambda found: str(int(time.time()) - int(found[1])), (FOLDER / f"{name}.json").read_text())
    return json.dumps(json.loads(text))
