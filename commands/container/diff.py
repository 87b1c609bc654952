"""docker diff."""

from __future__ import annotations

from commands import wire
from commands.command import Command, arg
from commands.context import Context
from commands.reply import Reply, lines
from commands.spec import Permission
from commands.target import Target

_EMPTY = "Container name cannot be empty"
_KINDS = {0: "C", 1: "A", 2: "D"}


class Diff(Command, name="container diff", alias="diff", permission=Permission.READ):
    """Show what a container has added (A), changed (C) and deleted (D) in the files of its image.

    What lies in volumes is no part of it.
    """

    container: str = arg("CONTAINER")

    def problem(self) -> str | None:
        """Docker's refusal of an empty name."""
        return None if self.container else _EMPTY

    def targets(self) -> tuple[Target, ...]:
        """The container."""
        return (Target("container", self.container),)

    def run(self, ctx: Context) -> Reply:
        """Ask the engine; one line a path."""
        changes = wire.get(ctx.patient, "/containers/{0}/changes", ctx.id(self.targets()[0])) or []
        return lines(f"{_KINDS.get(each['Kind'], '?')} {each['Path']}" for each in changes)
