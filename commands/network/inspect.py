"""docker network inspect."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from commands import inspecting, seen, wire
from commands.command import Command, args, flag
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Found, Target


class Inspect(Command, name="network inspect", permission=Permission.SEE):
    """Show everything that the engine knows of one or more networks, and which containers are on them.

    Values that look like secrets are hidden in place; containers that you may not see are left out.
    """

    networks: tuple[str, ...] = args("NETWORK")
    format: str = flag("-f", default="", help="Show it as one line of 'json', or by a Go template")
    verbose: bool = flag("-v", default=False, help="Add what helps to find a fault, such as services and peers")

    def targets(self) -> tuple[Target, ...]:
        """The networks of the line."""
        return tuple(Target("network", ref) for ref in self.networks)

    def unlooked(self, sentence: str) -> Reply:
        """Nothing to show, and the sentence for each."""
        return inspecting.unanswered(self.targets(), self.format, sentence)

    def run(self, ctx: Context) -> Reply:
        """Show each."""
        attached = Attached(ctx)
        return inspecting.inspect(
            ctx, self.targets(), self.format, lambda found: attached.shown(self._details(ctx, found))
        )

    def _details(self, ctx: Context, found: Found) -> Any:
        if not self.verbose:
            return found.details
        params: wire.Params = {"verbose": "true"}
        return wire.get(ctx.docker, "/networks/{0}", found.id, params=params)


class Attached:
    """What the asker may see of the containers on the networks of one line; they are asked for once, if at all."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def shown(self, network: Any) -> Any:
        """The network's inspect without the containers that the asker may not see."""
        on_it = network.get("Containers")
        if not on_it or self._ctx.sees_all():
            return network
        return {**network, "Containers": {id_: facts for id_, facts in on_it.items() if id_ in self._visible}}

    @cached_property
    def _visible(self) -> frozenset[str]:
        listed = self._ctx.docker.containers(all=True)
        return frozenset(each["Id"] for each in listed if self._ctx.reaches(seen.container(each)))
