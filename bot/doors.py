"""Connections to an engine's socket on this machine, which are not waited for without an end and do not leak."""

from __future__ import annotations

import math
import re
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Any

import requests
from docker.errors import DockerException
from docker.transport import UnixHTTPAdapter
from docker.transport.unixconn import UnixHTTPConnection, UnixHTTPConnectionPool
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool

from commands.enduring import Wires

UNIX = "unix://"
_IMAGES = re.compile(r"/v[\d.]+/images/")
CUT = "the connection was cut"
PATIENCE = 10  # seconds until nobody is expected to open any more, however long the answer may take then


class Shut(DockerException):  # type: ignore[misc]
    """There is no connection, so nothing was asked; its cause is the OSError."""


def opened(path: str, limit: float) -> socket.socket:
    """A connection to the socket at this path; raises OSError, after the limit in seconds a TimeoutError.

    The limit is the kernel's: with Python's own Linux refuses at once where too many wait already to be let in.
    """
    door = socket.socket(socket.AF_UNIX)
    parts, seconds = math.modf(limit)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(seconds), int(parts * 1_000_000)))
        door.connect(path)
    except BlockingIOError:
        door.close()
        raise TimeoutError("timed out") from None
    except BaseException:
        door.close()
        raise
    return door


class OneConnection(UnixHTTPAdapter):  # type: ignore[misc]
    """Keeps one connection open; docker-py's own keeps one for each of the last 25 paths that were asked for.

    Raises Shut where a new one is needed and cannot be had.
    """

    def __init__(self, address: str, timeout: int, wires: Wires) -> None:
        super().__init__(address, timeout)
        self._wires = wires

    def get_connection(self, _url: str, proxies: Mapping[str, str] | None = None) -> HTTPConnectionPool:  # noqa: ARG002 - a socket has none
        """The connections to the engine, whatever path is asked for."""
        with self.pools.lock:
            pool: HTTPConnectionPool | None = self.pools.get(UNIX)
            if pool is None:
                pool = self.pools[UNIX] = _Doors(UNIX, self.socket_path, self.timeout, maxsize=self.max_pool_size)
                pool.wires = self._wires
            return pool


class _Doors(UnixHTTPConnectionPool):  # type: ignore[misc]
    wires: Wires

    def _new_conn(self) -> _Door:
        made = _Door(self.base_url, self.socket_path, self.timeout)
        made.wires = self.wires
        self.wires.add(made)
        return made


class _Door(UnixHTTPConnection):  # type: ignore[misc]
    wires: Wires

    def connect(self) -> None:
        try:
            self.sock = opened(self.unix_socket, PATIENCE)
        except OSError as error:
            raise Shut(str(error)) from error
        self.sock.settimeout(self.timeout)
        if self.wires.are_cut:
            self.sock.close()
            raise Shut(CUT)


class OverTheNetwork(HTTPAdapter):
    """As requests has it, with connections that can be cut."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Have all pools tell of their connections."""
        super().init_poolmanager(*args, **options)
        kinds = self.poolmanager.pool_classes_by_scheme
        self.poolmanager.pool_classes_by_scheme = {name: _told_of(kind, self._wires) for name, kind in kinds.items()}


def _told_of(kind: Any, wires: Wires) -> Any:
    class Pool(kind):  # type: ignore[misc]
        def _new_conn(self) -> Any:
            made = super()._new_conn()
            wires.add(made)
            return made

    return Pool


def without_query(response: requests.Response, *_: Any, **__: Any) -> None:
    """Take the query from an answer's address: errors carry that, and in the query a secret may stand."""
    response.url = response.url.partition("?")[0]


def telling_removed(tell: Callable[[list[str]], None]) -> Callable[..., None]:
    """What tells the ids of the images that are gone by a request, once it was answered."""

    def heed(response: requests.Response, *_: Any, **__: Any) -> None:
        request = response.request
        if request.method == "DELETE" and response.ok and _IMAGES.match(request.path_url):
            tell([str(each["Deleted"]) for each in response.json() if each.get("Deleted")])

    return heed
