"""What a line would reach beyond what it names: facts about its objects, what depends on them, what would be lost.

They are as of the moment at which they were looked at; nobody's word is bound to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests
from docker.errors import APIError, DockerException

from bot.hosts import Host
from bot.namespaces import Joined
from commands import seen, units, wire
from commands.seen import Seen, Visible, own_name
from commands.target import Found
from commands.timestamps import epoch
from commands.touching import LIVES

SHOWN = 20  # facts that are told; of more the number
_DEPENDS = "com.docker.compose.depends_on"
_PROJECT = "com.docker.compose.project"
_SERVICE = "com.docker.compose.service"

_HIDDEN = "Containers that the asker may not see depend on this, or use it."

Listed = Mapping[str, Any]


@dataclass(frozen=True)
class Fact:
    """A sentence, and what it names beside the objects that it is about: it is for those who may see all of that."""

    text: str
    named: tuple[Seen, ...] = ()


@dataclass(frozen=True)
class _Look:
    """What was looked at: the containers that the asker may know of, networks, volumes and what they hold, when.

    joined are the namespaces that containers are in of others, by their full ids.
    """

    host: Host
    listed: Sequence[Listed]
    joined: Mapping[str, Joined]
    networks: Mapping[str, Seen]
    volumes: Mapping[str, Seen]
    weights: Mapping[str, int]
    now: float


def around(host: Host, objects: Sequence[Found], now: float, knows: Visible) -> tuple[Fact, ...]:
    """Sentences about the objects; empty where the engine does not answer.

    knows says whether the asker may know of something, who reads this too: of other containers it is said that there
    are some.
    """
    if not objects:
        return ()
    try:
        listed: list[Listed] = wire.get(host.quick(), "/containers/json", params={"all": 1})
        known = [each for each in listed if knows(seen.container(each))]
        hidden = [each for each in listed if not knows(seen.container(each))]
        networks = {each["Name"]: seen.network(each) for each in wire.get(host.quick(), "/networks")}
        volumes = {each["Name"]: seen.volume(each) for each in wire.get(host.quick(), "/volumes")["Volumes"] or ()}
        joined = host.namespaces.all()
        look = _Look(host, known, joined, networks, volumes, _weights(host, objects), now)
        facts = [fact for each in objects[:SHOWN] for fact in _facts(look, each, _linked(each, listed))]
        found = [each for each in facts if all(map(knows, each.named))]
        if any(_concerns(each, hidden, joined, _linked(each, listed)) for each in objects):
            found.insert(0, Fact(_HIDDEN))
    except (requests.RequestException, DockerException):
        return ()
    more = len(found) - SHOWN
    return (*found[:SHOWN], Fact(f"And {more} more facts.")) if more > 0 else tuple(found)


def _facts(look: _Look, found: Found, linked: set[str]) -> Iterator[Fact]:
    listed = look.listed
    match found.kind:
        case "container":
            if found.details:  # what a plan alone names was not looked at, and its table tells of it
                yield Fact(_state(found, look.now))
                yield from _lost(look, found)
            yield from _dependents(look, found, linked)
        case "image":
            if found.details.get("Size"):
                yield Fact(f"The image {found.name} has {units.size(found.details['Size'])}, shared layers included.")
            yield from _users(found, (each for each in listed if each.get("ImageID") == found.id), "is made of it")
        case "network":
            yield from _users(found, (each for each in listed if found.id in _networks(each)), "is on it")
        case "volume":
            if found.name in look.weights:
                yield Fact(f"The volume {found.name} holds {units.size(look.weights[found.name])}.")
            yield from _users(found, (each for each in listed if found.name in _volumes(each)), "mounts it")
        case _:
            return


def _concerns(found: Found, listed: Sequence[Listed], joined: Mapping[str, Joined], linked: set[str]) -> bool:
    """Whether one of these containers depends on the object, or uses it."""
    match found.kind:
        case "container":
            return any(True for _ in _ways(found, listed, joined, linked))
        case "image":
            return any(each.get("ImageID") == found.id for each in listed)
        case "network":
            return any(found.id in _networks(each) for each in listed)
        case _:
            return any(found.name in _volumes(each) for each in listed)


def _state(found: Found, now: float) -> str:
    state = found.details.get("State") or {}
    health = (state.get("Health") or {}).get("Status")
    made = units.age(max(0.0, now - epoch(str(found.details.get("Created")), now)))
    running = str(state.get("Status") or "unknown")
    return f"{found.name} is {running}{f' ({health})' if health else ''}, made {made[:1].lower()}{made[1:]} ago."


def _lost(look: _Look, found: Found) -> Iterator[Fact]:
    """What goes with a container: what was written into it, and its volumes without a name."""
    try:
        size = int(wire.get(look.host.quick(), "/containers/{0}/json", found.id, params={"size": 1}).get("SizeRw") or 0)
    except APIError:
        return
    if size:
        yield Fact(f"{found.name} has {units.size(size)} of its own files, which go when it is removed.")
    for each in sorted(((found.details.get("NetworkSettings") or {}).get("Networks") or {}).keys()):
        yield Fact(f"{found.name} is on the network {each}.", (look.networks.get(each, Seen("network", each)),))
    for each in _volumes(found.details):
        yield Fact(f"{found.name} uses the volume {each}.", (look.volumes.get(each, Seen("volume", each)),))


def _weights(host: Host, objects: Sequence[Found]) -> Mapping[str, int]:
    """How many bytes volumes hold, by their names; the engine is asked once, and only where one is concerned."""
    if not any(each.kind == "volume" for each in objects):
        return {}
    try:
        held = wire.get(host.quick(), "/system/df").get("Volumes") or ()
    except (requests.RequestException, DockerException):
        return {}
    sizes = {str(each["Name"]): int((each.get("UsageData") or {}).get("Size") or 0) for each in held}
    return {name: size for name, size in sizes.items() if size > 0}


def _dependents(look: _Look, found: Found, linked: set[str]) -> Iterator[Fact]:
    for each, text, shared in _ways(found, look.listed, look.joined, linked):
        volumes = (look.volumes.get(name, Seen("volume", name)) for name in shared)
        yield Fact(f"{own_name(each['Names'])} {text}", (seen.container(each), *volumes))


def _ways(
    found: Found, listed: Iterable[Listed], joined: Mapping[str, Joined], linked: set[str]
) -> Iterator[tuple[Listed, str, Sequence[str]]]:
    """Each container that depends on it, how, and the volumes that it does so by."""
    own = set(_volumes(found.details))
    project, service = found.labels.get(_PROJECT), found.labels.get(_SERVICE)
    for each in listed:
        labels = each.get("Labels") or {}
        needed = [name.partition(":")[0] for name in str(labels.get(_DEPENDS) or "").split(",")]
        if project and labels.get(_PROJECT) == project and service in needed:
            yield each, f"depends on {found.name} ({project}).", ()
        for mode, whose in joined.get(each["Id"], {}).items():
            if whose == found.id:
                yield each, f"uses the {LIVES[mode]} of {found.name}.", ()
        if own_name(each["Names"]) in linked:
            yield each, f"is linked to {found.name}.", ()
        if each["Id"] != found.id and (shared := own.intersection(_volumes(each))):
            yield each, f"uses the same volumes as {found.name}: {', '.join(sorted(shared))}.", sorted(shared)


def _linked(found: Found, listed: Iterable[Listed]) -> set[str]:
    """The containers with a link to it: the engine lists /web/db as another name of db."""
    names = (name for each in listed if each["Id"] == found.id for name in each["Names"])
    return {name.split("/")[1] for name in names if name.count("/") > 1}


def _users(found: Found, users: Iterable[Listed], does: str) -> Iterator[Fact]:
    for each in users:
        container = seen.container(each)
        yield Fact(f"{container.name} ({each['State']}) {does}: {found.kind} {found.name}.", (container,))


def _networks(listed: Listed) -> list[str]:
    joined = ((listed.get("NetworkSettings") or {}).get("Networks") or {}).values()
    return [str(each.get("NetworkID")) for each in joined]


def _volumes(listed: Listed) -> list[str]:
    return [str(each["Name"]) for each in listed.get("Mounts") or () if each.get("Name")]
