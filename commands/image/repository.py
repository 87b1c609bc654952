"""All that an engine has of one repository, for the verbs that take --all-tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from commands import reference, seen, wire
from commands.context import Context
from commands.listing import query
from commands.reference import Reference
from commands.target import Found, Target


def known(ctx: Context, found: Reference) -> bool:
    """Whether the engine has a tag of this repository which the asker may see."""
    return any(ctx.visible(seen.image(image, tag)) for image, tag in _tags(ctx, found))


def tagged(ctx: Context, found: Reference) -> tuple[tuple[Found, ...], list[str]]:
    """The images of this repository, once for each of its tags here that the asker may know of, in order of tag.

    And those of the tags whose image has another name of which they may not.
    """
    shown: list[Found] = []
    left_out: list[str] = []
    for image, tag in sorted(_tags(ctx, found), key=lambda pair: pair[1]):
        if not ctx.sees(seen.image(image, tag)):
            continue
        if all(ctx.sees(seen.image(image, name)) for name in image["RepoTags"]):
            shown.append(Found(Target("image", tag), "image", image["Id"], tag, image.get("Labels") or {}, image))
        else:
            left_out.append(tag)
    return tuple(shown), left_out


def moving(ctx: Context, found: Reference) -> tuple[Found, ...] | None:
    """The same of all its tags here; None where one is, or stands for what is, hidden from the asker."""
    shown, left_out = tagged(ctx, found)
    return None if left_out or len(shown) < sum(1 for _ in _tags(ctx, found)) else shown


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
