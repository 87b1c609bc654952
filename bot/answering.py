"""Which containers Docker's name service finds by a name already, where the containers of some networks ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from docker.api.client import APIClient
from docker.errors import NotFound
from docker.utils import version_gte

from commands.listing import short
from commands.seen import BUILT_IN
from commands.touching import Taken

HOST_NAMES_SINCE = "1.44"  # the API version of the engines that find containers by their host names, too

Details = Mapping[str, Any]


def answering(client: APIClient, taken: Taken) -> Iterator[tuple[str, Details]]:
    """The inspect of each such container, with the name; raises what the client raises."""
    by_host_name = version_gte(client.api_version, HOST_NAMES_SINCE)
    wanted = {_plain(name): name for name in (*taken.names, taken.hostname if by_host_name else "") if name}
    names = {str(each["Id"]): str(each["Name"]) for each in client.networks() if each["Name"] not in BUILT_IN}
    there = {each["Id"]: frozenset(_joined(each, names)) for each in client.containers(all=True)}
    asking = _asking({names.get(ref, ref) for ref in taken.networks}, there.values())
    for identity, joined in there.items():
        if joined & asking and (taken.by is None or taken.by.id != identity):
            try:
                details = client.inspect_container(identity)
            except NotFound:
                continue
            found = wanted.keys() & set(map(_plain, _names(details, joined, by_host_name=by_host_name)))
            yield from ((wanted[each], details) for each in sorted(found)[:1])


def _asking(networks: set[str], there: Iterable[frozenset[str]]) -> frozenset[str]:
    """These networks, and all others that a container of theirs is on, which asks on any of its own."""
    return frozenset(networks).union(*(joined for joined in there if joined & networks))


def _joined(listed: Details, names: Mapping[str, str]) -> Iterator[str]:
    """The names of the networks that a container is on; of one that never ran the list may not know their ids."""
    for called, endpoint in ((listed.get("NetworkSettings") or {}).get("Networks") or {}).items():
        name = names.get(str(endpoint.get("NetworkID"))) or names.get(called, called)
        if name not in BUILT_IN:
            yield name


def _names(details: Details, networks: Iterable[str], *, by_host_name: bool) -> Iterator[str]:
    """All that it is found by: each name by itself, and with the name of a network after a dot."""
    own = {details["Name"].removeprefix("/"), short(details["Id"])}
    if by_host_name:
        own.add(details["Config"].get("Hostname") or "")
    for endpoint in details["NetworkSettings"]["Networks"].values():
        own.update(endpoint.get("Aliases") or (), endpoint.get("DNSNames") or ())
    for name in own - {""}:
        yield name
        yield from (f"{name}.{network}" for network in networks)


def _plain(name: str) -> str:
    """A name as it is compared: in any letters, with or without the dot of the root."""
    return name.rstrip(".").lower()
