"""Which images may go: the engine's own prune is never asked.

It untags what containers run on, takes labels for what they are not, and goes by the build's date alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docker.api.client import APIClient

from commands import seen
from commands.image.using import Uses
from commands.listing import short
from commands.seen import Seen, Visible
from commands.target import Found, Target
from commands.timestamps import epoch

_FILTERS = frozenset({"dangling", "label", "label!", "until"})
_NO_NAMES = frozenset({seen.NAMELESS, "<none>@<none>"})


@dataclass(frozen=True)
class Selection:
    """Which images are meant: all or only dangling ones, built until (epoch seconds), with and without these labels.

    A label is KEY or KEY=VALUE. An image goes if it carries all of labels and none of without.
    """

    all: bool = False
    until: float | None = None
    labels: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Image:
    """An image as the engine lists it: created in epoch seconds, size in bytes, dangling by the engine's own word.

    parent and children are the ids of the images that it was made from, and that were made from it.
    """

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    labels: Mapping[str, str]
    created: int
    dangling: bool
    parent: str = ""
    children: frozenset[str] = frozenset()
    size: int = 0

    @property
    def is_step(self) -> bool:
        """Whether it has no name of its own and others were made from it: it is there for them alone."""
        return not (self.tags or self.digests) and bool(self.children)

    @property
    def shown(self) -> str:
        """What to call it: its tags, or the beginning of its id."""
        return ", ".join(self.tags) or short(self.id)

    @property
    def name(self) -> str:
        """The first of its tags, or the beginning of its id."""
        return self.tags[0] if self.tags else short(self.id)


@dataclass(frozen=True)
class Plan:
    """What goes, and what stays although it was looked at, with the reason."""

    remove: tuple[Image, ...]
    keep: tuple[tuple[Image, str], ...]

    def objects(self) -> tuple[Found, ...]:
        """What goes, for the record."""
        return tuple(map(found, self.remove))


def selection(filters: Iterable[str], *, all_: bool, now: float) -> Selection:
    """The selection that filters (NAME=VALUE) make; raises ValueError in the engine's words."""
    values: dict[str, list[str]] = {}
    for each in filter(None, filters):
        name, _, value = each.partition("=")
        if name not in _FILTERS:
            raise ValueError(f"Invalid filter '{name}'")
        values.setdefault(name, []).append(value)
    untils = set(values.get("until", ()))
    if len(untils) > 1:
        raise ValueError("more than one until filter specified")
    return Selection(
        all=all_ or bool({"false", "0"} & set(values.get("dangling", ()))),
        until=epoch(untils.pop(), now) if untils else None,
        labels=tuple(values.get("label", ())),
        without=tuple(values.get("label!", ())),
    )


def images(client: APIClient) -> list[Image]:
    """Every image, the steps of others too; two requests."""
    dangling = {each["Id"] for each in client.images(filters={"dangling": True})}
    listed = client.images(all=True)
    children: defaultdict[str, set[str]] = defaultdict(set)
    for each in listed:
        children[each.get("ParentId") or ""].add(each["Id"])
    return [_image(each, frozenset(children[each["Id"]]), dangling=each["Id"] in dangling) for each in listed]


def shown_to(visible: Visible, listed: Iterable[Image]) -> list[Image]:
    """Those that the asker may see by every name that they have, or by their id where they have none."""
    return [
        image
        for image in listed
        if all(
            visible(Seen("image", name, image.labels, image.id))
            for name in (*image.tags, *image.digests) or (image.id,)
        )
    ]


def plan(listed: Iterable[Image], used: Uses, chosen: Selection, spared: Mapping[str, str] | None = None) -> Plan:
    """Sort the images into those that go and those that stay; spared are ids that stay, with the reason.

    With the last of the images that were made from it a step goes too, unless something keeps it.
    """
    listed, spared = tuple(listed), spared or {}
    remove: list[Image] = []
    keep: list[tuple[Image, str]] = []
    for image in listed:
        if image.is_step or not (chosen.all or image.dangling):
            continue
        reason = in_use(image, used) or _unselected(image, chosen) or spared.get(image.id)
        if reason:
            keep.append((image, reason))
        else:
            remove.append(image)
    stays = {image.id for image in listed if in_use(image, used) or image.id in spared or _carried(image, chosen)}
    return Plan(tuple(_with_steps(remove, (image for image in listed if image.id not in stays))), tuple(keep))


def found(image: Image) -> Found:
    """An image of the list, for the record; with all that it is called, as in the engine's inspect."""
    called = {"RepoTags": [*image.tags], "RepoDigests": [*image.digests]}
    return Found(Target("image", image.id), "image", image.id, image.name, image.labels, called)


def names(listed: Iterable[str] | None) -> tuple[str, ...]:
    """What an image is really called, of what the engine lists as its tags or digests."""
    return tuple(sorted(name for name in listed or () if name not in _NO_NAMES))


def in_use(image: Image, used: Uses) -> str | None:
    """Who uses the image or names one of its tags, None where nobody does."""
    return used.by(image.id, (*image.tags, *image.digests))


def _with_steps(remove: list[Image], listed: Iterable[Image]) -> Iterator[Image]:
    """These and the steps that nothing needs any more, each right after the last that was made from it.

    Filters by label and age choose images, not their steps.
    """
    going = {image.id: image for image in remove}
    steps = [image for image in listed if image.is_step]
    while found := [step for step in steps if step.id not in going and step.children <= going.keys()]:
        going |= {step.id: step for step in found}
    waits = {identity: len(image.children & going.keys()) for identity, image in going.items()}
    for image in [each for each in remove if not waits[each.id]]:
        last: Image | None = image
        while last is not None:
            yield last
            waits[last.parent] = waits.get(last.parent, 0) - 1
            last = going.get(last.parent) if waits[last.parent] == 0 else None


def _image(listed: Mapping[str, Any], children: frozenset[str], *, dangling: bool) -> Image:
    return Image(
        id=listed["Id"],
        tags=names(listed.get("RepoTags")),
        digests=names(listed.get("RepoDigests")),
        labels=listed.get("Labels") or {},
        created=listed["Created"],
        dangling=dangling,
        parent=listed.get("ParentId") or "",
        children=children,
        size=listed.get("Size") or 0,
    )


def _unselected(image: Image, chosen: Selection) -> str | None:
    if chosen.until is not None and image.created > chosen.until:
        return "it is newer"
    missing = [label for label in chosen.labels if not _carries(image, label)]
    if missing:
        return f"it has no label {missing[0]}"
    carried = _carried(image, chosen)
    return f"it has the label {carried[0]}" if carried else None


def _carried(image: Image, chosen: Selection) -> list[str]:
    return [label for label in chosen.without if _carries(image, label)]


def _carries(image: Image, label: str) -> bool:
    key, equals, value = label.partition("=")
    return key in image.labels and (not equals or image.labels[key] == value)
