"""Which containers of an engine live in the namespaces of others, or are linked to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from docker.api.client import APIClient
from docker.errors import NotFound

from commands.seen import own_name
from commands.touching import CONTAINER, LIVES, MEMORY, NETWORK, PROCESSES, Shared

LINK = "link"
Joined = Mapping[str, str]  # by the kind of the namespace, or the link, how the engine calls the one whose it is


class Namespaces:
    """What a container joins or is linked to is fixed when it is made: each is looked at once."""

    def __init__(self, client: Callable[[], APIClient]) -> None:
        self._client = client
        self._known: Mapping[str, Joined] = {}

    def all(self) -> dict[str, Joined]:
        """What each container joined, by the full ids of both."""
        return {identity: {kind: by[kind] for kind in by if kind in LIVES} for identity, by in self.needed().items()}

    def needed(self) -> dict[str, Joined]:
        """The same, and what each is linked to: without any of these it does not start."""
        listed = self._client().containers(all=True)
        called = {own_name(each["Names"] or [""]): each["Id"] for each in listed}
        joined = self._known = {each["Id"]: self._joined(each["Id"], called) for each in listed}
        return {identity: {mode: _resolved(ref, called) for mode, ref in by.items()} for identity, by in joined.items()}

    def beside(self, shared: Iterable[Shared]) -> Iterator[tuple[Shared, str, str]]:
        """The full ids of the others that these reach, each with one of them and the kind of the namespace."""
        joined = self.all()
        for each in shared:
            for mode in each.modes:
                whose = {identity: by[mode] for identity, by in joined.items() if mode in by}
                first = {identity: _first(identity, whose) for identity in joined}
                own = first.get(each.container.id, each.container.id)
                if each.entered or own == each.container.id:
                    others = (identity for identity, of in first.items() if of == own and identity != each.container.id)
                    yield from ((each, mode, identity) for identity in others)

    def _joined(self, identity: str, called: Mapping[str, str]) -> Joined:
        """Called are the ids of all by their names now: a link is told by a name, which may be changed later."""
        if identity in self._known:
            return self._known[identity]
        try:
            config: Mapping[str, Any] = self._client().inspect_container(identity)["HostConfig"]
        except NotFound:  # it has gone since
            return {}
        modes = {mode: str(config.get(mode) or "") for mode in (PROCESSES, MEMORY, NETWORK)}
        lived = {mode: text.removeprefix(CONTAINER) for mode, text in modes.items() if text.startswith(CONTAINER)}
        links = (each.partition(":")[0] for each in config.get("Links") or ())
        return lived | {f"{LINK} {at}": _resolved(ref, called) for at, ref in enumerate(links)}


def _first(identity: str, whose: Mapping[str, str]) -> str:
    """The container whose namespace it is that this one lives in: itself where it joined none."""
    passed: set[str] = set()
    while identity in whose and identity not in passed:
        passed.add(identity)
        identity = whose[identity]
    return identity


def _resolved(ref: str, called: Mapping[str, str]) -> str:
    """As engines look a container up: by its id, its name, or the beginning of its id."""
    identities = called.values()
    if ref in identities:
        return ref
    return called.get(ref.removeprefix("/")) or next((each for each in identities if each.startswith(ref)), ref)
