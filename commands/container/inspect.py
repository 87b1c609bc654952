"""docker container inspect."""

from __future__ import annotations

from typing import Any

from commands import inspecting, wire
from commands.command import Command, args, flag
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Found, Target


class Inspect(Command, name="container inspect", permission=Permission.SEE):
    """Show everything that the engine knows of one or more containers.

    Values that look like secrets are hidden in place.
    """

    containers: tuple[str, ...] = args("CONTAINER")
    format: str = flag("-f", default="", help="Show it as one line of 'json', or by a Go template")
    size: bool = flag("-s", default=False, help="Add how much the files of each container take, in bytes")

    def targets(self) -> tuple[Target, ...]:
        """The containers of the line."""
        return tuple(Target("container", ref) for ref in self.containers)

    def unlooked(self, sentence: str) -> Reply:
        """Nothing to show, and the sentence for each."""
        return inspecting.unanswered(self.targets(), self.format, sentence)

    def run(self, ctx: Context) -> Reply:
        """Show each."""
        details = (lambda found: sized(ctx, found)) if self.size else None
        return inspecting.inspect(ctx, self.targets(), self.format, details)


def sized(ctx: Context, found: Found) -> Any:
    """A container's inspect with the sizes of its files, which the engine has to add up."""
    return wire.get(ctx.patient, "/containers/{0}/json", found.id, params={"size": 1})
