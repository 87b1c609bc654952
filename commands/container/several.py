"""What the verbs on several containers share, and docker's refusal of a container without a name."""

from __future__ import annotations

from collections.abc import Iterable

from commands.command import Command, args
from commands.context import Target


class Several(Command):
    """A verb on one or more containers."""

    containers: tuple[str, ...] = args("CONTAINER")

    def problem(self) -> str | None:
        """Docker's refusal of an empty name; nothing is done to the others then."""
        return nameless(self.containers)

    def targets(self) -> tuple[Target, ...]:
        """The containers of the line."""
        return tuple(Target("container", ref) for ref in self.containers)


def nameless(refs: Iterable[str]) -> str | None:
    """Docker's sentence about an empty name, None where there is none."""
    return "invalid container name or ID: value is empty" if any(not ref.strip() for ref in refs) else None
