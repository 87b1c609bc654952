"""What the verbs on several containers share, and docker's refusal of a container without a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from commands.command import Command, args
from commands.context import Target, each
from commands.reply import Errors, Output, Part, Reply, failure

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

    def each(self, act: Callable[[Target], object]) -> Reply:
        """Do it to one after the other; what has no name is refused in its place."""
        told = Reply()
        for ref in self.containers:
            told += each((Target("container", ref),), act) if ref.strip() else failure(NAMELESS)
            if told.unknown:
                break
        return _in_two(told)


def nameless(refs: Iterable[str]) -> str | None:
    """Docker's sentence about an empty name, None where there is none."""
    return NAMELESS if any(not ref.strip() for ref in refs) else None


def _in_two(told: Reply) -> Reply:
    """The same with all that was done before all that failed."""
    done = "".join(part.text for part in told.parts if isinstance(part, Output))
    failed = "".join(part.text for part in told.parts if isinstance(part, Errors))
    parts: list[Part] = [Output(done)] if done else []
    if failed:
        parts.append(Errors(failed))
    return Reply(tuple(parts), told.failed, told.error, unknown=told.unknown)
