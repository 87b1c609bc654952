"""What a line began and does not wait for any longer: whether it still runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docker.api.client import APIClient
from docker.errors import NotFound

from commands import wire


class Kind(StrEnum):
    """What the engine calls it."""

    EXEC = "exec"
    CONTAINER = "container"


@dataclass(frozen=True)
class Lasting:
    """A process in a container, or a container, by the engine's id."""

    kind: Kind
    id: str

    def runs(self, client: APIClient) -> bool:
        """Ask the engine, which may know nothing of it any more; raises what docker-py and requests do."""
        try:
            if self.kind is Kind.EXEC:
                return bool(wire.get(client, "/exec/{0}/json", self.id)["Running"])
            return bool(wire.get(client, "/containers/{0}/json", self.id)["State"]["Running"])
        except NotFound:
            return False
