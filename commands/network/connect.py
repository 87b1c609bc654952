"""docker network connect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from commands import touching, wire
from commands.aftermath import Fate, Past
from commands.attempts import unanswered
from commands.command import Command, arg, flag
from commands.container import fates
from commands.container.several import nameless
from commands.context import Context
from commands.creation import networks
from commands.creation.networks import LINKS
from commands.kinds import Kind
from commands.network import ipam
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Missing, Target
from commands.touching import Looked, Shares, Taken

STRINGS = Kind("strings", str, repeats=True, samples=("a", "b,c"))
_OPTIONS = Kind("strings", str, repeats=True, samples=("a=b",))
_NO_NETWORK = "invalid network name or ID: value is empty"
_LOOK = "docker network inspect {}"


class Connect(Command, name="network connect", permission=Permission.CHANGE):
    """Put a container on a network, besides those that it is on.

    It is found there by its name, and by every --alias.
    """

    network: str = arg("NETWORK")
    container: str = arg("CONTAINER")
    alias: tuple[str, ...] = flag(default=(), kind=STRINGS, help="Another name for it on this network")
    driver_opt: tuple[str, ...] = flag(default=(), kind=_OPTIONS, help="An option of the driver, as NAME=VALUE")
    gw_priority: int = flag(default=0, help="The network with the highest one is the way out")
    ip: str = flag(default="", help="The IPv4 address that it gets")
    ip6: str = flag(default="", help="The IPv6 address that it gets")
    link: tuple[str, ...] = flag(default=(), kind=LINKS, help="Another container, as NAME:ALIAS")
    link_local_ip: tuple[str, ...] = flag(default=(), kind=STRINGS, help="A link-local address that it gets")

    def problem(self) -> str | None:
        """Docker's refusals of empty names and of options that are none."""
        if any("=" not in each for each in ipam.strings(self.driver_opt)):
            return "invalid key/value pair format in driver options"
        return _NO_NETWORK if not self.network.strip() else nameless([self.container])

    def targets(self) -> tuple[Target, ...]:
        """The network, the container, those that it is linked with, and the names that it takes there."""
        taken = (Target("container", each, made=True, alias=True) for each in ipam.strings(self.alias) if each)
        both = Target("network", self.network), Target("container", self.container)
        return tuple(dict.fromkeys((*both, *self._linked(), *taken)))

    def _linked(self) -> Iterator[Target]:
        return (Target("container", networks.linked(each)[0]) for each in self.link)

    def alters(self) -> Mapping[str, Any]:
        """The network that it joins."""
        endpoint = self._body(self.container)["EndpointConfig"]
        return {"NetworkingConfig": {"EndpointsConfig": {self.network: endpoint}}}

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether the container is on the network."""
        return fates.joined(past, wanted=True)

    def takes(self, found: Looked) -> Taken | None:
        """Its own name and the aliases."""
        network, container = (found[target] for target in self.targets()[:2])
        if isinstance(network, Missing) or isinstance(container, Missing):
            return None
        hostname = str((container.details.get("Config") or {}).get("Hostname") or "")
        return Taken((container.name, *ipam.strings(self.alias)), (network.id,), hostname, container)

    def shares(self, found: Looked) -> Shares:
        """Its network is that of those that joined it."""
        return touching.rewired([found[self.targets()[1]]])

    def run(self, ctx: Context) -> Reply:
        """Connect it."""
        network, container = (ctx.id(target) for target in self.targets()[:2])
        for linked in self._linked():
            ctx.look(linked)  # it is sent by its name, which has to be one that the asker may know of
        try:
            wire.send(ctx.patient, "/networks/{0}/connect", network, body=self._body(container))
        except Exception as error:
            if not wire.lost(error):
                raise
            return unanswered(f"the connection of {self.container}", _LOOK.format(self.network))
        return Reply()

    def _body(self, container: str) -> dict[str, Any]:
        addresses = {
            "IPv4Address": self.ip,
            "IPv6Address": self.ip6,
            "LinkLocalIPs": ipam.strings(self.link_local_ip) or None,
        }
        endpoint: dict[str, Any] = {
            "IPAMConfig": {name: value for name, value in addresses.items() if value},
            "Links": list(self.link),
            "Aliases": ipam.strings(self.alias),
            "DriverOpts": dict(each.split("=", 1) for each in ipam.strings(self.driver_opt)) or None,
            "GwPriority": self.gw_priority,
        }
        return {"Container": container, "EndpointConfig": endpoint}
