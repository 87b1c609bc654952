"""What a container is given beyond [run] of the policy: networks, ports, memory, processes.

The settings are those of a HostConfig. One that is not there is not judged: who makes a container gives all of them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from bot.bounds import RunLimits

Config = Mapping[str, Any]

UNSAID: Config = {"NetworkMode": "default", "Memory": 0, "PidsLimit": 0, "PublishAllPorts": False}
_OTHERS = frozenset({"none", "host"})  # no network, and one that is judged by more than its name
_DEFAULTS = frozenset({"", "default"})  # which stand for the network bridge
_ANYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - addresses that stand for all of the host's
_UNITS = {"g": 1 << 30, "m": 1 << 20, "k": 1 << 10}
_PORTS = range(1, 1 << 16)  # any of which the engine chooses where none is said
_SWAP = 2  # times its memory: what docker gives of memory and swap together where nothing is said


def reasons(config: Config, networks: Iterable[str], names: Mapping[str, str], limits: RunLimits) -> Iterator[str]:
    """Why these settings and networks are outside of the limits, and what to say instead.

    names are those of the networks that the line names, by how it calls them.
    """
    yield from _networks(config, networks, names, limits)
    yield from _ports(config, limits)
    if limits.memory is not None and not _within(config, "Memory", limits.memory):
        most = size(limits.memory)
        yield f"it may use more memory than {most}: add --memory {most} or less"
    if limits.pids is not None and not _within(config, "PidsLimit", limits.pids):
        yield f"it may have more processes than {limits.pids}: add --pids-limit {limits.pids} or less"


def swap(config: Config, limits: RunLimits) -> Iterator[str]:
    """Why more swap is asked for than docker would give; what the engine shows may be -1 where it counts no swap."""
    asked = config.get("MemorySwap") or 0
    if limits.memory is not None and not 0 <= asked <= _SWAP * limits.memory:
        yield f"it may use more memory and swap than {size(_SWAP * limits.memory)}: leave --memory-swap away"


def size(octets: int) -> str:
    """A number of bytes as docker's flags take it."""
    unit = next((unit for unit, factor in _UNITS.items() if octets % factor == 0), "")
    return f"{octets // _UNITS[unit]}{unit}" if unit else str(octets)


def _within(config: Config, key: str, most: int) -> bool:
    return key not in config or 0 < (config[key] or 0) <= most


def _networks(config: Config, networks: Iterable[str], names: Mapping[str, str], limits: RunLimits) -> Iterator[str]:
    if limits.networks is None:
        return
    modes = [str(config["NetworkMode"] or "")] if "NetworkMode" in config else []
    joined = (word for word in (*modes, *networks) if word in names or not _is_none(word))
    for name in dict.fromkeys("bridge" if word in _DEFAULTS else names.get(word, word) for word in joined):
        if not any(fnmatchcase(name, glob) for glob in limits.networks):
            allowed = ", ".join((*limits.networks, "none"))
            yield f"it joins the network {name}, and [run] lists others: say --network with one of {allowed}"


def _is_none(word: str) -> bool:
    return word in _OTHERS or word.startswith("container:")


def _ports(config: Config, limits: RunLimits) -> Iterator[str]:
    if limits.ports is None:
        return
    allowed = ", ".join(_range(*each) for each in limits.ports) or "none"
    if config.get("PublishAllPorts") and not _may_publish("", _PORTS, limits):
        yield f"it publishes all its ports at any of the host's: say each with -p ([run] allows {allowed})"
    for port, places in (config.get("PortBindings") or {}).items():
        nowhere: list[Config] = [{}]
        for place in places or nowhere:
            address, text = str(place.get("HostIp") or ""), str(place.get("HostPort") or "")
            if not _may_publish(address, _asked(text), limits):
                shown = f"{address}:{text or 'any port'}" if address else text or "any port"
                yield f"it publishes {port} at {shown} of the host: [run] allows {allowed}"


def _may_publish(address: str, ports: range, limits: RunLimits) -> bool:
    allowed = [rest for listed, rest in limits.ports or () if _covers(listed, address)]
    return all(any(port in each for each in allowed) for port in ports)


def _asked(text: str) -> range:
    """The ports of 8080 or 8080-8090; all of them where the engine chooses."""
    first, _, last = text.partition("-")
    if not (first.isascii() and first.isdigit()) or int(first) == 0:
        return _PORTS
    return range(int(first), (int(last) if last.isascii() and last.isdigit() else int(first)) + 1)


def _covers(listed: str, address: str) -> bool:
    if listed == "0.0.0.0":  # noqa: S104 - any address, in the policy
        return True
    return address not in _ANYWHERE and ipaddress.ip_address(listed) == ipaddress.ip_address(address)


def _range(address: str, ports: range) -> str:
    shown = str(ports[0]) if len(ports) == 1 else f"{ports[0]}-{ports[-1]}"
    return shown if address == "0.0.0.0" else f"{address}:{shown}"  # noqa: S104 - see _covers
