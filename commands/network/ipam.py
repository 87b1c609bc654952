"""Address ranges of a network: subnets with their ranges, gateways and reserved addresses, as docker reads them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from commands.creation import records

Net = ipaddress.IPv4Network | ipaddress.IPv6Network
_HOMES = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))


@dataclass
class _Subnet:
    range: str = ""
    gateway: str = ""
    reserved: dict[str, str] = field(default_factory=dict)


def config(
    subnets: Iterable[str], ranges: Iterable[str], gateways: Iterable[str], reserved: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The configuration that these flags make; raises ValueError in docker's words. reserved are addresses by name."""
    subnets, ranges, gateways = _split(subnets), _split(ranges), _split(gateways)
    if len(subnets) < len(ranges) or len(subnets) < len(gateways):
        raise ValueError("every ip-range or gateway must have a corresponding subnet")
    found: dict[str, _Subnet] = {}
    for each in subnets:
        if any(_holds(each, other) or _holds(other, each) for other in found):
            raise ValueError("multiple overlapping subnet configuration is not supported")
        found[each] = _Subnet()
    for each in ranges:
        _put_range(found, subnets, each)
    for each in gateways:
        _put_gateway(found, subnets, each)
    for name, address in reserved.items():
        _reserve(found, subnets, name, address)
    return [_told(subnet, each) for subnet, each in found.items()]


def strings(texts: Iterable[str]) -> list[str]:
    """The values of flags that take several at once, with commas between them."""
    return _split(texts)


def is_private(subnet: str) -> bool:
    """Whether all addresses of a subnet are for private networks; one that cannot be read is left to the engine.

    Those that mean something on every host are not: link-local ones, where clouds answer with credentials, are none.
    """
    try:
        network = _cidr(subnet).network
    except ValueError:
        return True
    return any(network.version == home.version and _is_in(network, home) for home in _HOMES)


def _split(texts: Iterable[str]) -> list[str]:
    return [each for text in texts for each in (records.fields(text) if text else [])]


def _put_range(found: Mapping[str, _Subnet], subnets: Iterable[str], text: str) -> None:
    matched = False
    for subnet in subnets:
        if _holds(subnet, text):
            if found[subnet].range:
                both = f"({text}, {found[subnet].range})"
                raise ValueError(f"cannot configure multiple ranges {both} on the same subnet ({subnet})")
            found[subnet].range = text
            matched = True
    if not matched:
        raise ValueError(f"no matching subnet for range {text}")


def _put_gateway(found: Mapping[str, _Subnet], subnets: Iterable[str], text: str) -> None:
    matched = False
    for subnet in subnets:
        if _holds(subnet, text):
            if found[subnet].gateway:
                both = f"({text}, {found[subnet].gateway})"
                raise ValueError(f"cannot configure multiple gateways {both} for the same subnet ({subnet})")
            found[subnet].gateway = text
            matched = True
    if not matched:
        raise ValueError(f"no matching subnet for gateway {text}")


def _reserve(found: Mapping[str, _Subnet], subnets: Iterable[str], name: str, address: str) -> None:
    matched = [subnet for subnet in subnets if _holds(subnet, address)]
    if not matched:
        raise ValueError(f"no matching subnet for aux-address {address}")
    for subnet in matched:
        found[subnet].reserved[name] = address


def _holds(subnet: str, text: str) -> bool:
    """Whether the subnet has this address, or that of this range; raises ValueError in Go's words."""
    try:
        within = _cidr(subnet)
    except ValueError as error:
        raise ValueError(f"invalid subnet: {error}") from None
    address = _cidr(text) if "/" in text else _address(text)
    if address is None:
        return False
    first = address.ip if isinstance(address, ipaddress.IPv4Interface | ipaddress.IPv6Interface) else address
    return first.version == within.version and first in within.network


def _is_in(network: Net, home: Net) -> bool:
    return home.network_address <= network.network_address and network.broadcast_address <= home.broadcast_address  # type: ignore[operator] # of one version


def _cidr(text: str) -> ipaddress.IPv4Interface | ipaddress.IPv6Interface:
    try:
        if "/" not in text or not text.rpartition("/")[2].isdigit():
            raise ValueError  # noqa: TRY301 - Go takes no address without its length, and no mask
        return ipaddress.ip_interface(text)
    except ValueError:
        raise ValueError(f"invalid CIDR address: {text}") from None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _told(subnet: str, each: _Subnet) -> dict[str, Any]:
    told: dict[str, Any] = {"Subnet": subnet}
    told |= {"IPRange": each.range} if each.range else {}
    told |= {"Gateway": each.gateway} if each.gateway else {}
    return told | {"AuxiliaryAddresses": each.reserved} if each.reserved else told
