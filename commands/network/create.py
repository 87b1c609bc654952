"""docker network create."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from commands import wire
from commands.aftermath import Fate, Past
from commands.attempts import unanswered
from commands.command import Command, arg, flag
from commands.context import Context
from commands.creation import traces
from commands.creation.environment import LABELS, mapped
from commands.kinds import Kind
from commands.network import ipam
from commands.reply import Errors, Reply, lines
from commands.spec import Permission
from commands.target import Target

MAP = Kind("map", str, repeats=True, samples=("a=b", "c"))
SUBNETS = Kind("strings", str, repeats=True, samples=("10.9.0.0/24",))
ADDRESSES = Kind("strings", str, repeats=True, samples=("10.9.0.1",))
_LOOK = "docker network ls"
_OWN_DRIVERS = {"bridge", "overlay", "null", "none"}
# Options of the bridge driver that take hold of nothing of the host's.
_HARMLESS = {
    "com.docker.network.bridge.enable_icc",
    "com.docker.network.bridge.enable_ip_masquerade",
    "com.docker.network.driver.mtu",
    "com.docker.network.container_iface_prefix",
}


class Create(Command, name="network create", permission=Permission.CHANGE):
    """Make a network.

    Containers on one network reach each other by name; those on different ones do not.
    """

    network: str = arg("NETWORK")
    attachable: bool = flag(default=False, help="Let single containers join it where it is a swarm's")
    aux_address: tuple[str, ...] = flag(default=(), kind=MAP, help="Addresses that are not given away, as NAME=ADDRESS")
    config_from: str = flag(default="", help="The network whose configuration it takes")
    config_only: bool = flag(default=False, help="Make only a configuration for others to take")
    driver: str = flag("-d", default="bridge", shown='"bridge"', help="What runs it")
    gateway: tuple[str, ...] = flag(default=(), kind=ADDRESSES, help="The gateway of a subnet")
    ingress: bool = flag(default=False, help="Make it the network by which a swarm is reached")
    internal: bool = flag(default=False, help="Without a way out of the host")
    ip_range: tuple[str, ...] = flag(default=(), kind=SUBNETS, help="The part of a subnet that containers are given")
    ipam_driver: str = flag(default="default", shown='"default"', help="What gives addresses away")
    ipam_opt: tuple[str, ...] = flag(default=(), kind=MAP, help="An option of that, as NAME=VALUE")
    ipv4: bool | None = flag(default=None, help="Whether it has IPv4 addresses")
    ipv6: bool | None = flag(default=None, help="Whether it has IPv6 addresses")
    label: tuple[str, ...] = flag(default=(), kind=LABELS, help="A label, as NAME=VALUE")
    opt: tuple[str, ...] = flag("-o", default=(), kind=MAP, help="An option of the driver, as NAME=VALUE")
    scope: str = flag(default="", help="How far it reaches: local or swarm")
    subnet: tuple[str, ...] = flag(default=(), kind=SUBNETS, help="Its addresses, such as 10.9.0.0/24")

    def problem(self) -> str | None:
        """Docker's refusals of subnets and addresses that do not go together."""
        try:
            self._config()
        except ValueError as error:
            return str(error)
        return None

    def targets(self) -> tuple[Target, ...]:
        """The name that it takes, and the network whose configuration it takes."""
        source = (Target("network", self.config_from),) if self.config_from else ()
        return (Target("network", self.network, made=True), *source) if self.network else source

    def marks(self) -> tuple[str, Mapping[str, str]]:
        """A network, with those of the line."""
        return "network", mapped(self.label)

    def escalation(self) -> str:
        """Why it takes hold of the host's own network."""
        strange = sorted(set(mapped(self.opt)) - _HARMLESS)
        if self.driver not in _OWN_DRIVERS:
            return f"a network of the driver {self.driver} reaches into the host's own"
        if strange:
            return f"it sets {', '.join(strange)} on the host"
        if self.ingress or self.config_from or self.ipam_driver != "default" or self.ipam_opt:
            return "it takes over how networks of the host are made"
        return f"the addresses {', '.join(self.subnet)} may be others' already" if _is_public(self.subnet) else ""

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether a network carries the number of the action."""
        return [traces.named(past, "network", self.network)]

    def run(self, ctx: Context) -> Reply:
        """Make it; the answer is its id."""
        try:
            made = wire.send(ctx.patient, "/networks/create", body=self._body(ctx.trace))
        except Exception as error:
            if not wire.lost(error):
                raise
            return unanswered(f"the network {self.network}", _LOOK)
        warning = (Errors(f"WARNING: {made['Warning']}\n"),) if made.get("Warning") else ()
        reply = lines([made["Id"]])
        return Reply((*warning, *reply.parts), ids=(made["Id"],), made=(made["Id"],))

    def _body(self, trace: Mapping[str, str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "Name": self.network,
            "CheckDuplicate": True,
            "Driver": self.driver,
            "Scope": self.scope,
            "IPAM": {"Driver": self.ipam_driver, "Options": mapped(self.ipam_opt), "Config": self._config()},
            "Internal": self.internal,
            "Attachable": self.attachable,
            "Ingress": self.ingress,
            "ConfigOnly": self.config_only,
            "ConfigFrom": {"Network": self.config_from} if self.config_from else None,
            "Options": mapped(self.opt),
            "Labels": {**mapped(self.label), **trace},
        }
        body |= {"EnableIPv4": self.ipv4} if self.ipv4 is not None else {}
        return body | ({"EnableIPv6": self.ipv6} if self.ipv6 is not None else {})

    def _config(self) -> list[dict[str, Any]]:
        return ipam.config(self.subnet, self.ip_range, self.gateway, mapped(self.aux_address))


def _is_public(subnets: tuple[str, ...]) -> bool:
    """Whether addresses are among them that are not private ones, so that others may have them."""
    return any(not ipam.is_private(each) for each in ipam.strings(subnets))
