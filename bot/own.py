"""What nobody may touch from chat: the container that slashdock runs in, and those that hold an engine."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import binds

Details = Mapping[str, Any]

PROC = Path("/proc/self")
MARKER = Path("/.dockerenv")  # the engine puts it into every container
_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_SHORT_ID = re.compile(r"[0-9a-f]{12}")
_FILES_OF_THE_ENGINE = (
    "/etc/hostname",
    "/etc/hosts",
    "/etc/resolv.conf",
)  # each is mounted from the container's folder


@dataclass(frozen=True)
class Own:
    """What slashdock knows of the container that it runs in: its full id, or else the host name that it has there.

    Both are empty outside of a container.
    """

    id: str = ""
    hostname: str = ""

    @property
    def ref(self) -> str:
        """Its id, or the beginning of that, which engines give it for a host name; empty where neither is known."""
        return self.id or (self.hostname if _SHORT_ID.fullmatch(self.hostname) else "")

    def has(self, details: Details) -> bool:
        """Whether this is that container, or may be."""
        if self.id:
            return details.get("Id") == self.id
        return self.hostname != "" and (details.get("Config") or {}).get("Hostname") == self.hostname


def protected_reason(details: Details, own: Own, sockets: Iterable[str] = (), volumes: Iterable[Details] = ()) -> str:
    """Why nobody may touch this container from chat; empty where the rules decide.

    sockets are the paths of the engines that slashdock itself uses, besides the usual ones; volumes the inspects of
    those that it mounts.
    """
    if own.has(details):
        return "slashdock runs in it"
    ours = {place for path in sockets for place in _on_the_way(path)}
    places = [*binds.places(details), *(place for each in volumes for place in binds.places_of(each))]
    leading = [place for place in places if binds.leads_to_an_engine(place) or place.rstrip("/") in ours]
    return f"it mounts {leading[0]}, which leads to a container engine" if leading else ""


def own_container(proc: Path = PROC, marker: Path = MARKER) -> Own:
    """What this process can find out about the container that it runs in."""
    identity = _own_id(proc)
    return Own(identity, socket.gethostname() if marker.exists() and not identity else "")


def _own_id(proc: Path) -> str:
    for line in _read(proc / "mountinfo").splitlines():
        root, place = line.split(" ")[3:5]
        if place in _FILES_OF_THE_ENGINE and (match := _ID.search(root)):
            return match[0]
    match = _ID.search(_read(proc / "cgroup"))
    return match[0] if match else ""


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _on_the_way(path: str) -> tuple[str, ...]:
    """The socket and the folder that holds it, by their names and by where links lead."""
    paths = (Path(path), Path(os.path.realpath(path)))
    return tuple(str(place) for path in paths for place in (path, path.parent) if place != Path("/"))
