"""The ports of a container: --publish and --expose as docker reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from commands.creation.addresses import ip
from commands.creation.numbers import decimal_unsigned

_PORTS = 1 << 16
_MOST = _PORTS  # that a line publishes, and as many that it exposes; docker takes any number
_TOO_MANY = f"more than {_MOST} ports: no line may name more than there are"
_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})


@dataclass(frozen=True)
class Binding:
    """One port of the container, such as "80/tcp", and where on the host it is found; host_port may be a range."""

    port: str
    host_ip: str
    host_port: str


def bindings(published: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """The PortBindings of what was published; raises ValueError in docker's words."""
    found: dict[str, list[dict[str, str]]] = {}
    count = 0
    for spec in [_short(text) for text in published]:
        made = _bindings(spec)
        count = _counted(count, len(made))
        for each in made:
            found.setdefault(each.port, []).append({"HostIp": each.host_ip, "HostPort": each.host_port})
    return found


def exposed(texts: Iterable[str]) -> Iterator[str]:
    """The ports of --expose, such as "80/tcp"; raises ValueError in docker's words."""
    count = 0
    for text in texts:
        if ":" in text:
            raise ValueError(f"invalid port format for --expose: {text}")
        protocol, ports = _split_protocol(text)
        try:
            first, last = _range(ports)
        except ValueError as error:
            raise ValueError(f"invalid range format for --expose: {text}, error: {error}") from None
        count = _counted(count, last + 1 - first)
        yield from (f"{port}/{protocol}" for port in range(first, last + 1))


def _counted(count: int, more: int) -> int:
    if count + more > _MOST:
        raise ValueError(_TOO_MANY)
    return count + more


def _short(text: str) -> str:
    """published=80,target=8080,protocol=udp in its short form."""
    if "=" not in text:
        return text
    said = {"protocol": "tcp"}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if not equals or not name:
            raise ValueError(f"invalid publish opts format (should be name=value but got '{part}')")
        said[name] = value
    return f"{said.get('published', '')}:{said.get('target', '')}/{said['protocol']}"


def _bindings(spec: str) -> list[Binding]:
    *address, host, rest = ["", *spec.split(":")] if ":" not in spec else spec.split(":")
    protocol, ports = _split_protocol(rest)
    host_ip = _host_ip(":".join(address))
    if not ports:
        raise ValueError(f"no port specified: {spec}<empty>")
    first, last = _port_range(ports, "containerPort")
    low, high = _port_range(host, "hostPort") if host else (0, 0)
    if host and last != first and last - first != high - low:
        raise ValueError(f"invalid ranges specified for container and host Ports: {ports} and {host}")
    if protocol.lower() not in _PROTOCOLS:
        raise ValueError(f"invalid proto: {protocol}")
    one = first == last and low != high
    return [
        Binding(f"{port}/{protocol.lower()}", host_ip, _host_port(host, low + at, high if one else None))
        for at, port in enumerate(range(first, last + 1))
    ]


def _host_port(given: str, port: int, last: int | None) -> str:
    if not given:
        return ""
    return str(port) if last is None else f"{port}-{last}"


def _host_ip(text: str) -> str:
    address = _unbracketed(text) if text.startswith("[") else text
    if address and ip(address) is None:
        raise ValueError(f"invalid IP address: {address}")
    return address


def _unbracketed(text: str) -> str:
    """What stands between the brackets, refused as Go's SplitHostPort refuses it."""
    end = text.find("]")
    if end < 0:
        wrong = "missing ']' in address"
    elif end != len(text) - 1:
        wrong = "too many colons in address" if text[end + 1] == ":" else "missing port in address"
    elif "[" in text[1:]:
        wrong = "unexpected '[' in address"
    else:
        return text[1:end]
    raise ValueError(f"invalid IP address {text}: address {text}:: {wrong}")


def _split_protocol(text: str) -> tuple[str, str]:
    """The protocol and the ports of 80/udp; both are empty where no port is given."""
    ports, *protocol = text.split("/")
    return ((protocol[0] if protocol else "") or "tcp", ports) if ports else ("", "")


def _port_range(text: str, what: str) -> tuple[int, int]:
    try:
        return _range(text)
    except ValueError:
        raise ValueError(f"invalid {what}: {text}") from None


def _range(text: str) -> tuple[int, int]:
    if not text:
        raise ValueError("empty string specified for ports")
    first, *rest = text.split("-")
    low = decimal_unsigned(first, _PORTS)
    high = decimal_unsigned(rest[0], _PORTS) if rest else low
    if high < low:
        raise ValueError(f"invalid range specified for port: {text}")
    return low, high
