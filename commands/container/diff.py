"""docker diff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from commands import legible, wire
from commands.command import Command, arg, flag
from commands.context import Context
from commands.reply import Reply, lines
from commands.spec import Permission
from commands.target import Target

DEEP = 32  # folders within each other that --tree shows
MANY = 12  # entries of a folder whose own are counted by --tree and not named
_EMPTY = "Container name cannot be empty"
_KINDS = {0: "C", 1: "A", 2: "D"}
_COUNTED = {"A": "added", "C": "changed", "D": "deleted"}


class Diff(Command, name="container diff", alias="diff", permission=Permission.READ, optional=False):
    """Show what a container has added (A), changed (C) and deleted (D) in the files of its image.

    What lies in volumes is no part of it.
    """

    container: str = arg("CONTAINER")
    tree: bool = flag(default=False, help="As a tree, in which a folder that has much is counted")

    def problem(self) -> str | None:
        """Docker's refusal of an empty name."""
        return None if self.container else _EMPTY

    def targets(self) -> tuple[Target, ...]:
        """The container."""
        return (Target("container", self.container),)

    def run(self, ctx: Context) -> Reply:
        """Ask the engine; one line a path."""
        changes = wire.get(ctx.patient, "/containers/{0}/changes", ctx.id(self.targets()[0])) or []
        if self.tree:
            return lines(drawn(changes))
        return lines(f"{_kind(each)} {each['Path']}" for each in changes)


def _kind(change: Mapping[str, Any]) -> str:
    return _KINDS.get(change["Kind"], "?")


@dataclass
class _Folder:
    kind: str = " "
    below: dict[str, _Folder] = field(default_factory=dict)

    def kinds(self) -> Iterator[str]:
        """Of all that is below it."""
        left = [*self.below.values()]
        while left:
            each = left.pop()
            yield each.kind
            left += each.below.values()


def drawn(changes: list[Mapping[str, Any]]) -> Iterator[str]:
    """The changes as a tree, a line each; of a folder with more than MANY entries, or DEEP down, their number."""
    top = _Folder()
    for change in changes:
        place = top
        for part in change["Path"].strip("/").split("/"):
            place = place.below.setdefault(part, _Folder())
        place.kind = _kind(change)
    yield from _below(top, 0)


def _below(folder: _Folder, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for part, each in sorted(folder.below.items()):
        name, mark = legible.shown(part), "/" if each.below else ""
        if len(each.below) > MANY or (each.below and depth >= DEEP):
            kinds = list(each.kinds())
            counted = ", ".join(f"{kinds.count(kind):,} {word}" for kind, word in _COUNTED.items() if kind in kinds)
            yield f"{each.kind} {indent}{name}{mark}  ({counted})"
        else:
            yield f"{each.kind} {indent}{name}{mark}"
            yield from _below(each, depth + 1)
