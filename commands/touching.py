"""What a line touches without naming it: who shares a container's namespaces, who has a name already on a network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from commands.target import Found, Missing, Target

PROCESSES, MEMORY, NETWORK = "PidMode", "IpcMode", "NetworkMode"  # as the engine calls whose a container uses
LIVES = {PROCESSES: "processes", MEMORY: "shared memory", NETWORK: "network"}  # what is shared by each, in words
CONTAINER = "container:"

Looked = Mapping[Target, Found | Missing]  # what a line names, and what that stands for


@dataclass(frozen=True)
class Shared:
    """A container, and the namespaces of it by which the line reaches others.

    entered: it gets into them, to whoever lives there; else it alters them, which only those feel that joined, or ends
    them (ends).
    """

    container: Found
    modes: tuple[str, ...]
    entered: bool = False
    ends: bool = False


Shares = Iterable[Shared]


@dataclass(frozen=True)
class Taken:
    """Names that a container gets on networks; by is that container, None where it is not there yet.

    networks are what the engine calls them: full ids, or names where a container was never on them. hostname is a name
    there too, at engines that take it for one.
    """

    names: tuple[str, ...]
    networks: tuple[str, ...]
    hostname: str = ""
    by: Found | None = None


def entered(found: Iterable[Found | Missing]) -> Iterator[Shared]:
    """By what runs inside of these containers."""
    for each in _containers(found):
        yield Shared(each, (PROCESSES, MEMORY, NETWORK), entered=True)


def joined(found: Looked, modes: Iterable[tuple[str, str]]) -> Iterator[Shared]:
    """By what is made in the namespaces of these; modes are their kinds, each with whose it is to be."""
    for mode, text in modes:
        looked = found.get(Target("container", text.removeprefix(CONTAINER)))
        if text.startswith(CONTAINER) and isinstance(looked, Found):
            yield Shared(looked, (mode,), entered=True)


def ended(found: Iterable[Found | Missing]) -> Iterator[Shared]:
    """By ending these: all processes of a namespace go with its first one, and its network is taken apart."""
    for each in _containers(found):
        if (each.details.get("State") or {}).get("Running"):
            yield Shared(each, (PROCESSES, NETWORK), ends=True)


def rewired(found: Iterable[Found | Missing]) -> Iterator[Shared]:
    """By putting these on networks, or taking them off."""
    for each in _containers(found):
        yield Shared(each, (NETWORK,))


def _containers(found: Iterable[Found | Missing]) -> Iterator[Found]:
    return (each for each in found if isinstance(each, Found) and each.kind == "container")
