"""What became of the name of an image: what it stands for now, against what it stood for before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from commands.aftermath import Fate, Past

_GONE = "is gone"


def named(past: Past, name: str, identity: str) -> Fate:
    """Whether a name stands for the image of this id."""
    meant = past.named("image", name)
    details = past.inspect("image", name)
    if details is None:
        return meant.undone("is not there")
    return meant.done(_stands(identity)) if details["Id"] == identity else meant.undone(_stands(details["Id"]))


def fetched(past: Past, names: Iterable[str]) -> Iterator[Fate]:
    """Whether each name stands for an image, or for another one than before: the same one may be the newest."""
    for name in names:
        meant = past.named("image", name)
        details = past.inspect("image", name)
        if details is None:
            yield meant.undone("is not there")
        elif details["Id"] == meant.id:
            yield meant.untold("is what it was before, which tells nothing")
        else:
            yield meant.done(_stands(details["Id"]))


def made(past: Past, name: str) -> Fate:
    """Whether a name stands for an image that was made since."""
    meant = past.named("image", name)
    details = past.inspect("image", name)
    if details is None:
        return meant.undone("is not there")
    if details["Id"] == meant.id:
        return meant.undone("is what it was before")
    told = f"{_stands(details['Id'])}, made at {details['Created']}"
    return meant.untold(told) if past.is_before(details["Created"]) else meant.done(told)


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


def _stands(identity: str) -> str:
    return f"is {identity.removeprefix('sha256:')[:12]}"
