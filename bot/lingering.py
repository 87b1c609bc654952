"""What actions left running at their engines, as its end was not waited for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from docker.errors import DockerException

from bot.hosts import Hosts
from bot.store import Store
from commands.lasting import Kind, Lasting


@dataclass(frozen=True)
class Lingering:
    """Asks the record what it was, and the engine whether it still runs."""

    store: Store
    hosts: Hosts

    def of(self, number: int) -> bool | None:
        """Whether anything that the action of this number began still runs; None where its engine does not answer."""
        action = self.store.actions.get(number)
        left = [] if action is None else _left(action["events"])
        host = self.hosts.get(action["host"]) if action and left else None
        if host is None:
            return False
        try:
            return any(each.runs(host.quick()) for each in left)
        except (requests.RequestException, DockerException):
            return None


def _left(events: Iterable[Mapping[str, Any]]) -> list[Lasting]:
    return [
        Lasting(Kind(kind), identity)
        for event in events
        if event["kind"] == "outcome"
        for kind, identity in event.get("details", {}).get("lasting", ())
    ]
