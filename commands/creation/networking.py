"""How a container is reached and what it reaches: networks, ports, names and addresses."""

from __future__ import annotations

from typing import Any

from commands.command import Command, flag
from commands.creation import networks, ports
from commands.creation.addresses import DNS, DNS_SEARCH, HOSTS, is_loopback, is_mac
from commands.creation.networks import CONTAINER, DEFAULT, LINKS, NETWORK, Attachment
from commands.creation.sources import Sources

_LOOPBACK = "Localhost DNS ({}) may fail in containers."


class Networking(Command):
    """The flags about networks."""

    add_host: tuple[str, ...] = flag(default=(), kind=HOSTS, help="A name for an address, such as db:10.0.0.7")
    dns: tuple[str, ...] = flag(default=(), kind=DNS, help="The address of a name server")
    dns_option: tuple[str, ...] = flag(
        default=(), same=("dns-opt",), help="An option for looking up names, such as ndots:2"
    )
    dns_search: tuple[str, ...] = flag(default=(), kind=DNS_SEARCH, help="A domain in which short names are looked up")
    expose: tuple[str, ...] = flag(default=(), help="A port or range that it listens on, such as 80/tcp")
    ip: str = flag(default="", help="Its IPv4 address in the network")
    ip6: str = flag(default="", help="Its IPv6 address in the network")
    link: tuple[str, ...] = flag(default=(), kind=LINKS, help="Another container by a name of its own: NAME:ALIAS")
    link_local_ip: tuple[str, ...] = flag(default=(), help="An address that holds on the link alone")
    mac_address: str = flag(default="", help="Its hardware address, such as 92:d0:c6:0a:29:33")
    network: tuple[str, ...] = flag(
        default=(), kind=NETWORK, same=("net",), help="A network: its name, bridge, host, none or container:NAME"
    )
    network_alias: tuple[str, ...] = flag(default=(), same=("net-alias",), help="Another name for it in the network")
    publish: tuple[str, ...] = flag("-p", default=(), help="A port to be found on the host, such as 8080:80")
    publish_all: bool = flag("-P", default=False, help="All ports that it exposes, each at a free port of the host")

    def check_mac(self) -> None:
        """Raise ValueError where the hardware address is none."""
        if self.mac_address and not is_mac(self.mac_address):
            raise ValueError(f"{self.mac_address} is not a valid mac address")

    def check_ports(self) -> None:
        """Raise ValueError where a port is none."""
        self._ports()

    def check_networks(self) -> None:
        """Raise ValueError where the networks do not go together."""
        self.attachments()

    def attachments(self) -> list[Attachment]:
        """The networks, with the flags about the first one; raises ValueError in docker's words."""
        flags = Attachment(
            "",
            aliases=self.network_alias,
            links=self.link,
            ip=self.ip,
            ip6=self.ip6,
            link_local=self.link_local_ip,
            mac=self.mac_address,
        )
        return networks.attachments(self.network, flags)

    def linked(self) -> tuple[str, ...]:
        """The containers whose network it uses or to which it is linked."""
        modes = (each.target for each in self.attachments())
        shared = tuple(mode.removeprefix(CONTAINER) for mode in modes if mode.startswith(CONTAINER))
        return tuple(name for name in (*shared, *(networks.linked(link)[0] for link in self.link)) if name)

    def linked_by_name(self) -> tuple[str, ...]:
        """Those of them that are named in the request as in the line: a link in a network is a name there."""
        user_defined = self.attachments()[0].user_defined
        return tuple(networks.linked(link)[0] for link in self.link) if user_defined else ()

    def told_by(self) -> tuple[str, ...]:
        """Those whose environment it is told: what a link outside of a network of its own brings along."""
        named = self.linked_by_name()
        return () if named else tuple(name for name in (networks.linked(link)[0] for link in self.link) if name)

    def aliases(self) -> tuple[str, ...]:
        """The names that it answers to in its networks: whoever has one of them already shares it from then on."""
        return tuple(alias for each in self.attachments() for alias in each.aliases if alias)

    def addresses_need(self, version: str) -> str:
        """Docker's sentence where an engine of this API is too old for an address, else empty."""
        return networks.mac_too_early(version) if any(each.mac for each in self.attachments()) else ""

    def warning(self) -> str:
        """Docker's warning of a name server that no container reaches, else empty."""
        local = next((address for address in self.dns if is_loopback(address)), None)
        return "" if local is None else _LOOPBACK.format(local)

    def exposed_ports(self) -> dict[str, Any]:
        """The ports as a part of the Config."""
        named = self._ports()[0]
        return {"ExposedPorts": {port: {} for port in named}} if named else {}

    def networking(self, sources: Sources) -> dict[str, Any]:
        """The networks as a part of the HostConfig."""
        first = self.attachments()[0]
        return {
            "NetworkMode": _mode(first.target, sources),
            "Links": [self._link(link, first, sources) for link in self.link] or None,
            "PortBindings": self._ports()[1],
            "PublishAllPorts": self.publish_all,
            "Dns": list(self.dns),
            "DnsOptions": list(self.dns_option),
            "DnsSearch": list(self.dns_search),
            "ExtraHosts": list(self.add_host) or None,
        }

    def endpoints(self, sources: Sources) -> dict[str, Any]:
        """The EndpointsConfig."""
        found = networks.endpoints(self.attachments(), given=bool(self.network))
        return {_mode(target, sources): settings for target, settings in found.items()}

    def _ports(self) -> tuple[set[str], dict[str, list[dict[str, str]]]]:
        bindings = ports.bindings(self.publish)
        return {*bindings, *ports.exposed(self.expose)}, bindings

    @staticmethod
    def _link(link: str, first: Attachment, sources: Sources) -> str:
        """The link by the container's id; in a network of its own a link is a name there, and stays as it is."""
        if first.user_defined:
            return link
        name, alias = networks.linked(link)
        sent = sources.container(name) if name else name
        return link if sent == name else f"{sent}:{alias}"


def _mode(target: str, sources: Sources) -> str:
    name = target.removeprefix(CONTAINER)
    return f"{CONTAINER}{sources.container(name)}" if target.startswith(CONTAINER) and name else target or DEFAULT
