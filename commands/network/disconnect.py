"""docker network disconnect."""

from __future__ import annotations

from collections.abc import Iterable

from commands import touching, wire
from commands.aftermath import Fate, Past
from commands.attempts import unanswered
from commands.command import Command, arg, flag
from commands.container import fates
from commands.container.several import nameless
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Missing, Target
from commands.touching import Looked, Shares

_NO_NETWORK = "invalid network name or ID: value is empty"
_LOOK = "docker network inspect {}"


class Disconnect(Command, name="network disconnect", permission=Permission.CHANGE):
    """Take a container off a network."""

    network: str = arg("NETWORK")
    container: str = arg("CONTAINER")
    force: bool = flag("-f", default=False, help="Even if the engine does not know the container any more")

    def problem(self) -> str | None:
        """Docker's refusals of empty names."""
        return _NO_NETWORK if not self.network.strip() else nameless([self.container])

    def targets(self) -> tuple[Target, ...]:
        """The network and the container."""
        return Target("network", self.network), Target("container", self.container)

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether the container is off the network."""
        return fates.joined(past, wanted=False)

    def shares(self, found: Looked) -> Shares:
        """Its network is that of those that joined it."""
        return touching.rewired([found[self.targets()[1]]])

    def run(self, ctx: Context) -> Reply:
        """Disconnect it; one that is gone is named as it is known on the network."""
        network, container = self.targets()
        found = ctx.found[container]
        who = found.word() if self.force and isinstance(found, Missing) else ctx.id(container)
        body = {"Container": who, "Force": self.force}
        try:
            wire.send(ctx.patient, "/networks/{0}/disconnect", ctx.id(network), body=body)
        except Exception as error:
            if not wire.lost(error):
                raise
            return unanswered(f"the end of {self.container}'s connection", _LOOK.format(self.network))
        return Reply()
