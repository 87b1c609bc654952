"""What the verbs on several containers share, and docker's refusal of a container without a name."""

from __future__ import annotations

from collections.abc import Iterable

from commands.attempts import Act, Beside, Refusal, each
from commands.command import Command, args
from commands.reply import Reply
from commands.target import Target

LOOK = "docker ps -a"  # shows what came of it where an answer was lost
NAMELESS = "invalid container name or ID: value is empty"


class Several(Command):
    """A verb on one or more containers."""

    containers: tuple[str, ...] = args("CONTAINER")

    def problem(self) -> str | None:
        """Docker's refusal where none has a name, once for each."""
        return "\n".join(NAMELESS for _ in self.containers) if not self.targets() else None

    def targets(self) -> tuple[Target, ...]:
        """The containers of the line that have a name."""
        return tuple(Target("container", ref) for ref in self.containers if ref.strip())

    def each(self, act: Act, beside: Beside | None = None) -> Reply:
        """Do it to all, in turn or side by side; what has no name is refused in its place."""
        targets = [Target("container", ref) for ref in self.containers]
        return each(targets, lambda target: _named(act, target), LOOK, beside)


def nameless(refs: Iterable[str]) -> str | None:
    """Docker's sentence about an empty name, None where there is none."""
    return NAMELESS if any(not ref.strip() for ref in refs) else None


def _named(act: Act, target: Target) -> None:
    if not target.ref.strip():
        raise Refusal(NAMELESS)
    act(target)
