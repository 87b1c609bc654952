"""What became of the name of an image: what it stands for now, against what it stood for before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from commands.aftermath import Fate, Meant, Past

_GONE = "is gone"

Details = Mapping[str, Any]


def named(past: Past, name: str, identity: str) -> Fate:
    """Whether a name stands for the image of this id."""

    def fate(meant: Meant, details: Details) -> Fate:
        return meant.done(_stands(identity)) if details["Id"] == identity else meant.undone(_stands(details["Id"]))

    return _of(past, name, fate)


def fetched(past: Past, names: Iterable[str]) -> list[Fate]:
    """Whether each name stands for an image, or for another one than before: the same one may be the newest."""

    def fate(meant: Meant, details: Details) -> Fate:
        if details["Id"] == meant.id:
            return meant.untold("is what it was before, which tells nothing")
        return meant.done(_stands(details["Id"]))

    return [_of(past, name, fate) for name in names]


def made(past: Past, name: str) -> Fate:
    """Whether a name stands for an image that was made since."""

    def fate(meant: Meant, details: Details) -> Fate:
        if details["Id"] == meant.id:
            return meant.undone("is what it was before")
        told = f"{_stands(details['Id'])}, made at {details['Created']}"
        return meant.untold(told) if past.is_before(details["Created"]) else meant.done(told)

    return _of(past, name, fate)


def unnamed(past: Past) -> Iterator[Fate]:
    """Whether each name of the line is gone, or the image itself where the line says its id."""
    for meant in past.there("image"):
        is_id = meant.id.removeprefix("sha256:").startswith(meant.name.removeprefix("sha256:"))
        details = past.inspect("image", meant.id if is_id else meant.name)
        if details is None:
            yield meant.done(_GONE)
        elif details["Id"] == meant.id:
            yield meant.undone("is still there")
        else:
            yield meant.untold(f"{_stands(details['Id'])}, which is another one now")


def _of(past: Past, name: str, fate: Callable[[Meant, Details], Fate]) -> Fate:
    """What became of the name by this judge, where an image has it."""
    meant, details = past.named("image", name), past.inspect("image", name)
    return meant.undone("is not there") if details is None else fate(meant, details)


def _stands(identity: str) -> str:
    return f"is {identity.removeprefix('sha256:')[:12]}"
