"""docker network inspect."""

from __future__ import annotations

from typing import Any

from commands import inspecting, seen, wire
from commands.command import Command, Permission, args, flag
from commands.context import Context, Found, Target
from commands.reply import Reply


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
        return inspecting.inspect(ctx, self.targets(), self.format, lambda found: self._details(ctx, found))

    def _details(self, ctx: Context, found: Found) -> Any:
        if not self.verbose:
            return without_hidden(ctx, found.details)
        params: wire.Params = {"verbose": "true"}
        return without_hidden(ctx, wire.get(ctx.docker, "/networks/{0}", found.id, params=params))


def without_hidden(ctx: Context, network: Any) -> Any:
    """The network's inspect without the containers that the asker may not see."""
    on_it = network.get("Containers")
    if not on_it:
        return network
    shown = {each["Id"] for each in ctx.docker.containers(all=True) if ctx.visible(seen.container(each))}
    return {**network, "Containers": {id_: facts for id_, facts in on_it.items() if id_ in shown}}
