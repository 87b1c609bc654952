"""Which images' layers a build may use again: without a word the engine takes those of any, the hidden included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from commands import seen
from commands.building import origins
from commands.context import Context

ANEW = (
    "Every step was done anew, as the layers that the engine keeps may be those of images which are not yours to use."
    " With --cache-from IMAGE the layers of one that you may use are used again."
)


@dataclass(frozen=True)
class Usable:
    """The images that are named to the engine, none where it may take any; anew: every step has to be done anew."""

    images: tuple[str, ...]
    anew: bool


def usable(ctx: Context, asked: Sequence[str]) -> Usable:
    """Those of the images that were asked for, or of all where the asker may use all."""
    images = tuple(origins.unhidden(ctx, asked))
    return Usable(images, not images and (bool(asked) or not _may_use_all(ctx)))


def _may_use_all(ctx: Context) -> bool:
    """Whether no image is hidden from the asker, and each that is there may be built on.

    Whether one is hidden is not looked at but asked of the policy: the answer would tell that it is there.
    """
    return ctx.sees_every("image") and all(
        ctx.lends(seen.image(each, name))
        for each in ctx.docker.images(all=True)
        for name in each.get("RepoTags") or [seen.NAMELESS]
    )
