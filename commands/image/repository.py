"""All that an engine has of one repository, for the verbs that take --all-tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from commands import reference, seen, wire
from commands.context import Context
from commands.listing import query
from commands.reference import Reference
from commands.target import Found, Target


def barred(ctx: Context, found: Reference) -> str:
    """The first tag that the engine has of this repository and the asker may not touch, empty where there is none."""
    for image, tag in _tags(ctx, found):
        if not ctx.reaches(seen.image(image, tag)):
            return tag.rpartition(":")[2]
    return ""


def known(ctx: Context, found: Reference) -> bool:
    """Whether the engine has a tag of this repository which the asker may see."""
    return any(ctx.visible(seen.image(image, tag)) for image, tag in _tags(ctx, found))


def ids(ctx: Context, targets: Iterable[Target]) -> tuple[str, ...]:
    """The ids of images that were there before, for the record."""
    return tuple(each.id for target in targets if isinstance(each := ctx.found.get(target), Found))


def _tags(ctx: Context, found: Reference) -> Iterator[tuple[Mapping[str, Any], str]]:
    params = query({"reference": [found.familiar]})
    for image in wire.get(ctx.docker, "/images/json", params=params):
        for tag in image.get("RepoTags") or ():
            read = reference.parse(tag)
            if read is not None and (read.domain, read.path) == (found.domain, found.path):
                yield image, tag
