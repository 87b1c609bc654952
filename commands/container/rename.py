"""docker rename."""

from __future__ import annotations

from collections.abc import Iterable

import requests
from docker.errors import APIError

from commands import wire
from commands.aftermath import Fate, Past
from commands.attempts import unanswered
from commands.command import Command, arg
from commands.container import fates
from commands.container.several import LOOK
from commands.context import Context
from commands.engine_errors import daemon
from commands.reply import Reply, failure
from commands.spec import Permission
from commands.target import Missing, Target
from commands.touching import Looked, Taken

_EMPTY = "Error: Neither old nor new names may be empty"


class Rename(Command, name="container rename", alias="rename", permission=Permission.CHANGE):
    """Give a container another name."""

    container: str = arg("CONTAINER")
    name: str = arg("NEW_NAME")

    def problem(self) -> str | None:
        """Docker's refusal of empty names."""
        return None if self.container.strip() and self.name.strip() else _EMPTY

    def targets(self) -> tuple[Target, ...]:
        """The container, and the name that it takes."""
        name = self.name.strip().removeprefix("/")
        return Target("container", self.container.strip()), Target("container", name, made=True)

    def renames(self) -> tuple[Target, Target]:
        """The container, and the name that it takes."""
        container, name = self.targets()
        return container, name

    def became(self, past: Past) -> Iterable[Fate]:
        """What it is called."""
        container, name = self.targets()
        return [fates.of(past, each, fates.renamed(name.ref)) for each in past.there(container.kind)[:1]]

    def takes(self, found: Looked) -> Taken | None:
        """The new name, on all networks that it is on."""
        container, name = self.targets()
        looked = found[container]
        if isinstance(looked, Missing):
            return None
        joined = (looked.details.get("NetworkSettings") or {}).get("Networks") or {}
        networks = tuple(str(endpoint.get("NetworkID") or called) for called, endpoint in joined.items())
        return Taken((name.ref,), networks, by=looked)

    def run(self, ctx: Context) -> Reply:
        """Rename it."""
        try:
            container = ctx.id(self.targets()[0])
            wire.post(ctx.patient, "/containers/{0}/rename", container, params={"name": self.name.strip()})
        except APIError as error:
            if wire.lost(error):
                return unanswered(f"the new name of {self.container}", LOOK)
            return failure(f"{daemon(error)}\nError: failed to rename container named {self.container.strip()}")
        except requests.RequestException as error:
            if not wire.lost(error):
                raise
            return unanswered(f"the new name of {self.container}", LOOK)
        return Reply()
