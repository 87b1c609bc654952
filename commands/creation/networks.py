"""The networks of a container: --network in its short and its long form, and the flags about the first one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from commands import api
from commands.creation import records
from commands.creation.addresses import is_mac
from commands.creation.numbers import decimal
from commands.creation.values import checked
from commands.seen import BUILT_IN

DEFAULT = "default"
CONTAINER = "container:"
MAC_SINCE = "1.44"  # the API version from which an address is set for each network
_OWN = BUILT_IN | {DEFAULT}
_SINGLE = {"name": "target", "ip": "ip", "ip6": "ip6", "mac-address": "mac"}
_SEVERAL = {"alias": "aliases", "link-local-ip": "link_local"}
_LONG = re.compile(r"\w+=\w+(,\w+=\w+)*", re.ASCII)
_MAC_TOO_EARLY = (
    f'"specify mac-address per network" requires API version {MAC_SINCE}, but the Docker daemon API version is {{}}'
)


@dataclass(frozen=True)
class Attachment:
    """One network and how the container is found in it."""

    target: str
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    driver_options: dict[str, str] = field(default_factory=dict)
    ip: str = ""
    ip6: str = ""
    link_local: tuple[str, ...] = ()
    mac: str = ""
    priority: int = 0

    @property
    def user_defined(self) -> bool:
        """Whether it is a network that somebody made."""
        return self.target not in _OWN and not self.target.startswith(CONTAINER)

    @property
    def plain(self) -> bool:
        """Whether nothing is said but which network."""
        return self == Attachment(self.target)


def attachment(text: str) -> Attachment:
    """The network that a --network says; raises ValueError in docker's words."""
    if not _LONG.search(text):
        return Attachment(text)
    found = Attachment("")
    for each in records.fields(text):
        name, equals, value = each.partition("=")
        if not equals:
            raise ValueError(f"invalid field {each}")
        found = _with(found, name.lower().strip(), value.lower().strip())
    if not found.target:
        raise ValueError("network name/id is not specified")
    return found


def _with(found: Attachment, name: str, value: str) -> Attachment:
    said: dict[str, Any] = {}
    if name in _SINGLE:
        said[_SINGLE[name]] = value
    elif name in _SEVERAL:
        said[_SEVERAL[name]] = (*getattr(found, _SEVERAL[name]), value)
    elif name == "driver-opt":
        said["driver_options"] = {**found.driver_options, **_driver_option(value)}
    elif name == "gw-priority":
        said["priority"] = _priority(value)
    else:
        raise ValueError(f"invalid field key {name}")
    return replace(found, **said)


def _driver_option(text: str) -> dict[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ValueError("invalid key value pair format in driver options")
    return {name.strip().lower(): value.strip().lower()}


def _priority(text: str) -> int:
    try:
        return decimal(text)
    except ValueError as error:
        raise ValueError(f"invalid gw-priority ({text}): {str(error).rpartition(': ')[2]}") from None


def attachments(texts: Sequence[str], flags: Attachment) -> list[Attachment]:
    """All networks, the flags applied to the first; raises ValueError in docker's words. There is always one."""
    given = [attachment(text) for text in texts] or [Attachment(DEFAULT)]
    found: list[Attachment] = []
    for each in given:
        merged = each if found else _merged(each, flags)
        _check(merged)
        if any(merged.target == other.target for other in found):
            raise ValueError(f'network "{merged.target}" is specified multiple times')
        found.append(merged)
    if len({each.user_defined for each in found}) > 1:
        raise ValueError("conflicting options: cannot attach both user-defined and non-user-defined network-modes")
    return found


_CONFLICTS = (
    ("aliases", "--network-alias and per-network alias"),
    ("links", "--link and per-network links"),
    ("ip", "--ip and per-network IPv4 address"),
    ("ip6", "--ip6 and per-network IPv6 address"),
    ("mac", "--mac-address and per-network MAC address"),
    ("link_local", "--link-local-ip and per-network link-local IP addresses"),
)


def _merged(own: Attachment, flags: Attachment) -> Attachment:
    for name, both in _CONFLICTS:
        if getattr(own, name) and getattr(flags, name):
            raise ValueError(f"conflicting options: cannot specify both {both}")
    said: dict[str, Any] = {name: getattr(flags, name) for name, _ in _CONFLICTS if getattr(flags, name)}
    if not own.user_defined:
        said.pop("links", None)  # they are the container's own there
    return replace(own, **said)


def _check(each: Attachment) -> None:
    if not each.target.strip():
        raise ValueError("no name set for network")
    if each.aliases and not each.user_defined:
        raise ValueError("network-scoped aliases are only supported for user-defined networks")
    if each.mac and not is_mac(each.mac):
        raise ValueError(f"{each.mac} is not a valid mac address")


def endpoints(found: Sequence[Attachment], *, given: bool) -> dict[str, Any]:
    """The EndpointsConfig; a single network of which nothing is said is left to the engine where it was given."""
    if given and len(found) == 1 and found[0].plain:
        return {}
    return {each.target: _endpoint(each) for each in found}


def _endpoint(each: Attachment) -> dict[str, Any]:
    addresses = {"IPv4Address": each.ip, "IPv6Address": each.ip6, "LinkLocalIPs": list(each.link_local)}
    given = {key: value for key, value in addresses.items() if value}
    return {
        "IPAMConfig": given or None,
        "Links": list(each.links) or None,
        "Aliases": list(each.aliases) or None,
        "MacAddress": each.mac,
        "DriverOpts": each.driver_options or None,
        "GwPriority": each.priority,
        "NetworkID": "",
        "EndpointID": "",
        "Gateway": "",
        "IPAddress": "",
        "IPPrefixLen": 0,
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "DNSNames": None,
    }


def mac_too_early(version: str) -> str:
    """Docker's sentence about an address for an engine whose API is older, empty where it is not."""
    return _MAC_TOO_EARLY.format(version) if api.numbers(version) < api.numbers(MAC_SINCE) else ""


NETWORK = checked("network", attachment, "front", "name=front,alias=web", "container:web", "bridge")


def _link(text: str) -> None:
    if not text:
        raise ValueError("empty string specified for links")
    if text.count(":") > 1:
        raise ValueError(f"bad format for links: {text}")


def linked(text: str) -> tuple[str, str]:
    """The container of a link and the name that it gets."""
    name, colon, alias = text.partition(":")
    if not colon:
        return text, text
    return (name[1:], alias.rpartition("/")[2]) if name.startswith("/") else (name, alias)


LINKS = checked("list", _link, "db", "db:database")
