"""Whether what was to go is gone: for the verbs that remove, name by name or by a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from commands import wire
from commands.aftermath import Fate, Meant, Past
from commands.container import fates
from commands.seen import is_dated

_GONE = "is gone"
_THERE = "is still there"


def each(past: Past, *kinds: str) -> list[Fate]:
    """What became of all objects of these kinds that were there; of all kinds where none is said."""
    return [_LOOKS[meant.kind](past, meant) for meant in past.there(*kinds)]


def _container(past: Past, meant: Meant) -> Fate:
    return fates.of(past, meant, fates.removed, gone=Meant.done)


def _network(past: Past, meant: Meant) -> Fate:
    return meant.done(_GONE) if past.inspect(meant.kind, meant.id) is None else meant.undone(_THERE)


def _image(past: Past, meant: Meant) -> Fate:
    """By its id: what has lost one of its names may still be there."""
    return meant.done(_GONE) if past.inspect(meant.kind, meant.id) is None else meant.undone(_THERE)


def _volume(past: Past, meant: Meant) -> Fate:
    """A volume has no id, so that a later one of its name is told from it by when it was made."""
    details = past.inspect(meant.kind, meant.name)
    if details is None:
        return meant.done(_GONE)
    made = str(details.get("CreatedAt") or "")
    was = meant.was.get("CreatedAt", "")
    if made and (made == was or past.is_before(made)):
        return meant.undone(_THERE)
    if not is_dated(past.docker.api_version):
        return meant.untold(f"is there; it was made, or what is in it was changed, at {made}")
    again = f"is there; this one was made at {made}"
    return meant.done(again) if was and made else meant.untold(again)


def _cached(past: Past, meant: Meant) -> Fate:
    kept: list[Mapping[str, Any]] = wire.get(past.docker, "/system/df").get("BuildCache") or []
    return meant.undone(_THERE) if any(record["ID"] == meant.id for record in kept) else meant.done(_GONE)


_LOOKS: Mapping[str, Callable[[Past, Meant], Fate]] = {
    "builder": _cached,
    "container": _container,
    "image": _image,
    "network": _network,
    "volume": _volume,
}
