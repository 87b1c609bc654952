"""What containers are called now: asked once for all that want to know it within some seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import requests
from docker.errors import DockerException

from bot.hosts import Host
from commands import wire
from commands.target import Found

FRESH = 10.0  # seconds for which it holds


@dataclass
class Calling:
    """Of every engine; where one does not answer, that too holds for so long, and all are called as they were."""

    _known: dict[str, tuple[float, Mapping[str, str]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self, host: Host, found: Found) -> Found:
        """The same object by the name that it has now."""
        name = self._names(host).get(found.id, found.name) if found.kind == "container" else found.name
        return found if name == found.name else replace(found, name=name, target=replace(found.target, ref=name))

    def _names(self, host: Host) -> Mapping[str, str]:
        with self._lock:
            asked, names = self._known.get(host.name, (0.0, {}))
            if time.monotonic() - asked > FRESH:
                names = _listed(host)
                self._known[host.name] = (time.monotonic(), names)
            return names


def _listed(host: Host) -> Mapping[str, str]:
    """Names by full ids; none where the engine does not answer."""
    try:
        found = wire.get(host.quick(), "/containers/json", params={"all": 1})
    except (requests.RequestException, DockerException):
        return {}
    return {each["Id"]: each["Names"][0].removeprefix("/") for each in found if each["Names"]}
