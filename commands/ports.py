"""The ports of a container as docker's lists show them: ranges drawn together, addresses before their targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Port:
    """One port of a container; public is 0 and address empty where it is not published."""

    private: int
    address: str
    public: int
    protocol: str


def ports(listed: Iterable[Mapping[str, Any]]) -> str:
    """The engine's list as one text, such as "0.0.0.0:8080->80/tcp, 9000-9002/udp"."""
    ranges: dict[tuple[str, str], range] = {}
    done: list[str] = []
    moved: list[str] = []
    for port in sorted(_port(each) for each in listed):
        if port.address and port.public != port.private:
            moved.append(f"{_joined(port.address, str(port.public))}->{port.private}/{port.protocol}")
            continue
        key = (port.address, port.protocol)
        known = ranges.get(key)
        if known is not None and known.stop == port.private:
            ranges[key] = range(known.start, port.private + 1)
            continue
        if known is not None:
            done.append(_range(key, known))
        ranges[key] = range(port.private, port.private + 1)
    return ", ".join([*done, *(_range(key, span) for key, span in ranges.items()), *moved])


def _port(each: Mapping[str, Any]) -> Port:
    return Port(each.get("PrivatePort", 0), each.get("IP") or "", each.get("PublicPort") or 0, each.get("Type") or "")


def _range(key: tuple[str, str], span: range) -> str:
    address, protocol = key
    shown = str(span.start) if len(span) == 1 else f"{span.start}-{span.stop - 1}"
    return f"{_joined(address, shown)}->{shown}/{protocol}" if address else f"{shown}/{protocol}"


def _joined(address: str, port: str) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
