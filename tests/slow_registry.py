"""A registry that sends a layer without an end, takes one without ever saying so, and is silent of some images.

It tells what becomes of it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from select import select

TRICKLE = 0.05  # seconds between two pieces: an engine that gives up hangs up at the next one
SIZE = 1 << 30  # bytes of the layer
LAYER = "sha256:" + "5" * 64
CONFIG = json.dumps(
    {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [LAYER]}}
).encode()
MEDIA = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST = json.dumps({
    "schemaVersion": 2, "mediaType": MEDIA,
    "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(CONFIG),
               "digest": f"sha256:{hashlib.sha256(CONFIG).hexdigest()}"},
    "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": SIZE, "digest": LAYER}],
}).encode()  # fmt: skip


class Registry(BaseHTTPRequestHandler):
    """The few requests of a pull, and those of a push until its first layer is there."""

    def do_HEAD(self) -> None:
        """As GET; of what is pushed it has nothing yet."""
        if "/pushed/" in self.path:
            self._whole(b"{}", "application/json", 404)
        else:
            self.do_GET()

    def do_POST(self) -> None:
        """A layer may come."""
        self.send_response(202)
        self.send_header("Location", "/v2/pushed/blobs/uploads/one")
        self.send_header("Docker-Upload-UUID", "one")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_PATCH(self) -> None:
        """Take it, without an answer."""
        _say("begun")
        while self.rfile.read(1):
            pass

    def do_GET(self) -> None:
        """The manifest and the configuration whole, the layer without an end."""
        if "/silent/" in self.path:
            _say("begun")
            select([self.connection], [], [])  # nothing comes but its end
            _say("gone")
        elif "/manifests/" in self.path:
            self._whole(MANIFEST, MEDIA)
        elif self.path.endswith(LAYER):
            self._endless()
        elif "/blobs/" in self.path:
            self._whole(CONFIG, "application/octet-stream")
        else:
            self._whole(b"{}", "application/json")

    def log_message(self, *_told: object) -> None:
        """Nothing."""

    def _whole(self, body: bytes, media: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Content-Digest", f"sha256:{hashlib.sha256(body).hexdigest()}")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(SIZE))
        self.end_headers()
        _say("begun")
        with suppress(OSError):
            while not select([self.connection], [], [], TRICKLE)[0]:  # nothing comes but its end
                self.wfile.write(b"x" * 4096)
        _say("gone")


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Registry)
    _say("ready")
    server.serve_forever()
