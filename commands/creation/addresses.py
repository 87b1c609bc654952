"""Addresses and names of hosts: --dns, --dns-search, --add-host, --mac-address."""

from __future__ import annotations

import ipaddress
import re

from commands.creation.values import changed
from commands.golang.quote import quote

GATEWAY = "host-gateway"  # stands for the host's own address
_BRACKETS = 2  # around an address
_LONGEST_DOMAIN = 255  # characters
# The colons are docker's own, where it meant groups that capture nothing.
_LABEL = r"(?::?[a-zA-Z0-9]|:?[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])"
_DOMAIN = re.compile(rf"(:?{_LABEL}(?::?\.{_LABEL})*)\.?\s*", re.ASCII)
_MAC = re.compile(
    r"(?:[0-9a-fA-F]{2}([:-]))(?:[0-9a-fA-F]{2}\1){4}(?:(?:[0-9a-fA-F]{2}\1){2}|(?:[0-9a-fA-F]{2}\1){14})?[0-9a-fA-F]{2}"
    r"|(?:[0-9a-fA-F]{4}\.){2}(?:(?:[0-9a-fA-F]{4}\.)|(?:[0-9a-fA-F]{4}\.){7})?[0-9a-fA-F]{4}"
)


def ip(text: str) -> str | None:
    """An address as Go writes it, None where it is none."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return None if "%" in text else str(found.ipv4_mapped or found)


def is_loopback(text: str) -> bool:
    """Whether an address that was read is the machine's own."""
    return ipaddress.ip_address(text).is_loopback


def is_mac(text: str) -> bool:
    """Whether it is a hardware address as Go reads it."""
    return _MAC.fullmatch(text.strip()) is not None


def _dns(text: str) -> str:
    found = ip(text.strip())
    if found is None:
        raise ValueError(f"IP address is not correctly formatted: {text}")
    return found


def _dns_search(text: str) -> str:
    name = text.strip(" ")
    if name == ".":
        return name
    short = len(name.rstrip()) <= _LONGEST_DOMAIN + 1  # longer ones need not be looked at
    found = _DOMAIN.fullmatch(name) if short and re.search("[a-zA-Z]", name) else None
    if found is None or len(found[1]) >= _LONGEST_DOMAIN:
        raise ValueError(f"{name} is not a valid domain")
    return found[1]


def _host(text: str) -> str:
    name, mark, address = text.partition("=" if "=" in text else ":")
    if not mark or not name or ":" in name:
        raise ValueError(f"bad format for add-host: {quote(text)}")
    if address == GATEWAY:
        return f"{name}:{address}"
    if len(address) > _BRACKETS and address[0] == "[" and address[-1] == "]":
        address = address[1:-1]
    if ip(address.strip()) is None:
        raise ValueError(f"invalid IP address in add-host: {quote(address)}")
    return f"{name}:{address}"


DNS = changed("list", _dns, "8.8.8.8", "::1")
DNS_SEARCH = changed("list", _dns_search, "example.com", ".")
HOSTS = changed("list", _host, "db:10.0.0.1", "me:host-gateway", "six:::1")
