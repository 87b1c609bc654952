"""The few requests that set-up makes to a Docker engine, over its socket, with the standard library alone."""

from __future__ import annotations

import http.client
import json
import os
import socket
from urllib.parse import urlencode

TIME_LIMIT = 30  # seconds for one request; an import of two megabytes takes under one
PING_LIMIT = 2  # seconds; an engine that does not say hello in this time is not there


class EngineRefusedError(Exception):
    """The engine answered with an error; the text is the engine's own."""


class UnixConnection(http.client.HTTPConnection):
    """An HTTP connection to a Unix socket: the path and the limit of a wait, in seconds."""

    def __init__(self, path: str, limit: float) -> None:
        super().__init__("localhost", timeout=limit)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket's path instead of to a TCP port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def request(  # noqa: PLR0913 - the parts of one HTTP request
    host: str,
    method: str,
    path: str,
    *,
    query: dict[str, str] | None = None,
    body: object = None,
    limit: float = TIME_LIMIT,
) -> str:
    """Send one request to the engine at `host` (unix://PATH) and return what it answers.

    A body of bytes is sent as a tar archive, anything else as JSON. Raises EngineRefusedError and OSError.
    """
    raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    kind = "application/x-tar" if isinstance(body, bytes) else "application/json"
    connection = UnixConnection(host.removeprefix("unix://"), limit)
    try:
        connection.request(method, f"{path}?{urlencode(query or {})}", raw, {"Content-Type": kind})
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    if response.status >= http.client.BAD_REQUEST:
        raise EngineRefusedError(f"{method} {path}: {_message(text)}")
    return text


def answers(host: str) -> bool:
    """Whether an engine listens at `host` and says hello in time; a host that is not a socket is trusted."""
    if not host.startswith("unix://"):
        return True
    try:
        request(host, "GET", "/_ping", limit=PING_LIMIT)
    except (OSError, http.client.HTTPException, EngineRefusedError):
        return False
    return True


def is_forbidden(host: str) -> bool:
    """Whether a socket is there at `host` (unix://PATH) that this user may not open."""
    path = host.removeprefix("unix://")
    return os.access(path, os.F_OK) and not os.access(path, os.W_OK)  # unix(7): who connects needs leave to write


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text.strip()
