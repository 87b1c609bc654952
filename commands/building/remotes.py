"""Addresses that a build may fetch from, and the globs of the policy that allow them.

A glob is a host ("github.com"), a host and a path ("github.com/acme/*"), or has a scheme before it as well. Its "*"
never goes from the host into the path, and a port must be said unless it is the scheme's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

_PORTS = {"http": "80", "https": "443", "git": "9418", "ssh": "22"}
_HOST = r"[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]"
_ADDRESS = re.compile(
    rf"(?P<scheme>https?|git)://(?:[^\s/@\\?#]*@)?(?P<host>{_HOST})(?::(?P<port>[0-9]+))?"
    r"(?P<path>/[^\s\\?#]*)?(?P<query>\?[^\s\\#]*)?",
    re.ASCII,
)
_SHELL = re.compile(r"git@(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*):(?P<path>[^\s\\?#]+)", re.ASCII)
_GLOB = re.compile(r"(?:(?P<scheme>[a-z]+)://)?(?:[^/@]*@)?(?P<host>\[[^\]]*\](?::[0-9*]+)?|[^/]+)(?P<path>/.*)?")
_LEAVING = re.compile(r"(?:^|/)\.\.?(?:/|$)|%2e|%2f|%5c|%25", re.IGNORECASE)  # what a server may read as another folder
_EVERYTHING = frozenset({"", "/", "/*", "/**"})


@dataclass(frozen=True)
class Address:
    """Where something is fetched from: host is with its port where that is not the scheme's own."""

    scheme: str
    host: str
    path: str
    query: str = ""


def repository(text: str) -> Address | None:
    """The address of a git repository without its fragment, None where it is none that git is given here."""
    found = _SHELL.fullmatch(text)
    if found is not None:
        return Address("ssh", found["host"].lower(), f"/{found['path'].removeprefix('/')}")
    address = fetched(text)
    return None if address is None or address.query else address


def fetched(text: str) -> Address | None:
    """The address of a file, None where every reader might read another one in it."""
    found = _ADDRESS.fullmatch(text.partition("#")[0])
    if found is None:
        return None
    scheme, port = found["scheme"], found["port"]
    host = found["host"].lower()
    own = port is None or port == _PORTS[scheme]
    return Address(scheme, host if own else f"{host}:{port}", found["path"] or "/", found["query"] or "")


def allows(address: Address | None, globs: Iterable[str]) -> bool:
    """Whether one of the globs allows to fetch from there."""
    if address is None or _LEAVING.search(address.path):
        return False
    return any(_matches(address, glob, address.path) for glob in globs)


def allows_all_below(beginning: str, globs: Iterable[str]) -> bool:
    """Whether a glob allows everything of the host with which an address begins, whose path is not known."""
    if any(glob.strip() == "*" for glob in globs):
        return True
    address = fetched(beginning)
    if address is None or beginning.count("/") < 3:  # noqa: PLR2004 - the host is known only with the slash after it
        return False
    return any(_matches(address, glob, "") for glob in globs)


def _matches(address: Address, glob: str, path: str) -> bool:
    found = _GLOB.fullmatch(glob.strip())
    if found is None:
        return False
    scheme, wanted = found["scheme"], found["path"] or ""
    if scheme is not None and scheme != address.scheme:
        return False
    host = found["host"].lower()
    if address.host != host and not fnmatchcase(address.host, host):
        return False
    return wanted in _EVERYTHING or fnmatchcase(path, wanted)
