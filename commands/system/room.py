"""The room on the disk that has an engine's data, where that disk is one of this machine."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from docker.api.client import APIClient
from docker.transport import UnixHTTPAdapter

from commands import wire
from commands.attempts import Refusal

_UNREAD = "How full the disk is cannot be read"


class Unread(Refusal):
    """Why nobody can say from here how full it is."""


@dataclass(frozen=True)
class Room:
    """The bytes that are free for the engine, and all of them; of these there are some."""

    free: int
    size: int

    @property
    def full(self) -> float:
        """How many of a hundred are not free."""
        return 100.0 - 100.0 * self.free / self.size


@dataclass(frozen=True)
class Root:
    """The folder of an engine's data, on this machine."""

    path: str

    def room(self) -> Room:
        """The room there now; raises Unread."""
        try:
            there = os.statvfs(self.path)
        except OSError as error:
            raise Unread(f"{_UNREAD}: {self.path}: {error.strerror}.") from None
        if not there.f_blocks:
            raise Unread(f"{_UNREAD}: {self.path} is on one that has no size.")
        return Room(there.f_bavail * there.f_frsize, there.f_blocks * there.f_frsize)


def root(client: APIClient) -> Root:
    """Where the engine keeps its data; raises Unread where that is not on this machine."""
    if not isinstance(client.get_adapter(client.base_url), UnixHTTPAdapter):
        raise Unread(f"{_UNREAD}: the engine is reached by an address, and not by a socket of this machine.")
    info = wire.get(client, "/info")
    if info.get("Name") != socket.gethostname() or not info.get("DockerRootDir"):
        raise Unread(f"{_UNREAD}: the engine's data is not on the machine of slashdock.")
    return Root(info["DockerRootDir"])
