"""docker inspect."""

from __future__ import annotations

from typing import Any

from commands import distant, inspecting
from commands.command import Command, args, flag
from commands.container.inspect import sized
from commands.context import Context
from commands.network.inspect import Attached
from commands.reply import Errors, Reply
from commands.spec import Permission
from commands.target import Found, Missing, Target

_KNOWN = ("container", "image", "network", "volume", *distant.KINDS)
_TYPES = ", ".join(f'"{name}"' for name in sorted(_KNOWN))
KIN = "container inspect, image inspect, network inspect, volume inspect"  # each is this verb for one kind of object


class Inspect(Command, name="inspect", permission=Permission.SEE, kin=KIN):
    """Show everything that the engine knows of one or more objects of any kind.

    A name is looked up among the containers, then the images, networks and volumes, then what a swarm has, and plugins.
    Values that look like secrets are hidden in place.
    """

    objects: tuple[str, ...] = args("NAME|ID")
    format: str = flag("-f", default="", help="Show it as one line of 'json', or by a Go template")
    size: bool = flag("-s", default=False, help="Add how much the files of a container take, in bytes")
    type: str | None = flag(default=None, help="Look for objects of this kind only")

    def problem(self) -> str | None:
        """Docker's refusal of a kind of object that there is not."""
        if self.type is None or self.type in _KNOWN:
            return None
        wrong = f'unknown type: "{self.type}"' if self.type else "type is empty"
        return f"{wrong}: must be one of {_TYPES}"

    def targets(self) -> tuple[Target, ...]:
        """The objects of the line."""
        return tuple(Target(self.type or "any", ref) for ref in self.objects)

    def unlooked(self, sentence: str) -> Reply:
        """Nothing to show, and the sentence for each."""
        return inspecting.unanswered(self.targets(), self.format, sentence)

    def run(self, ctx: Context) -> Reply:
        """Show each."""
        attached = Attached(ctx)
        shown = inspecting.inspect(ctx, self.targets(), self.format, lambda found: self._details(ctx, found, attached))
        warnings = "".join(f"WARNING: --size ignored for {kind}\n" for kind in self._sizeless(ctx))
        return (Reply((Errors(warnings),)) if warnings else Reply()) + shown

    def _details(self, ctx: Context, found: Found, attached: Attached) -> Any:
        if found.kind == "network":
            return attached.shown(found.details)
        return sized(ctx, found) if self.size and found.kind == "container" else found.details

    def _sizeless(self, ctx: Context) -> list[str]:
        """The kinds of those objects that have no size to add, in the order of the line."""
        if not self.size:
            return []
        looked = [ctx.found[target] for target in self.targets()]
        return [each.kind for each in looked if not isinstance(each, Missing) and each.kind != "container"]
