"""Which images may go, planned here and done one by one: the engine's own prune is never asked.

It untags what containers run on, takes labels for what they are not, and goes by the build's date alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError, NotFound
from docker.utils import version_gte

from commands import reference, wire
from commands.listing import own_name
from commands.timestamps import epoch

Visible = Callable[[str, str, Mapping[str, str]], bool]  # kind, name, labels -> may the asker see it?

IMAGES_ALONE_SINCE = "1.42"  # the API version from which disk usage can be asked of images alone
_FILTERS = frozenset({"dangling", "label", "label!", "until"})
_NO_NAMES = frozenset({"<none>:<none>", "<none>@<none>"})


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
    """An image as the engine lists it: created in epoch seconds, dangling by the engine's own word."""

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    labels: Mapping[str, str]
    created: int
    dangling: bool

    @property
    def shown(self) -> str:
        """What to call it: its tags, or the beginning of its id."""
        return ", ".join(self.tags) or self.id.removeprefix("sha256:")[:12]


@dataclass(frozen=True)
class Uses:
    """Who uses what: image ids and image names in full, each with the container or service that does."""

    ids: Mapping[str, str]
    names: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """What goes, and what stays although it was looked at, with the reason."""

    remove: tuple[Image, ...]
    keep: tuple[tuple[Image, str], ...]


@dataclass
class Removed:
    """What became of a plan: the engine's words ("untagged: ...", "deleted: ..."), and what stayed after all, and why.

    ids are those of the images that went; reclaimed is in bytes as the engine measures its layers, None where it could
    not say; unknown tells of a broken connection: the removal that was under way may have happened.
    """

    lines: list[str] = field(default_factory=list)
    kept: list[tuple[Image, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    reclaimed: int | None = 0
    unknown: str | None = None


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
    """Every image that is no mere step of another; two requests."""
    dangling = {each["Id"] for each in client.images(filters={"dangling": True})}
    return [_image(each, dangling=each["Id"] in dangling) for each in client.images()]


def shown_to(visible: Visible, listed: Iterable[Image]) -> list[Image]:
    """Those that the asker may see by every name that they have, or by their id where they have none."""
    return [
        image
        for image in listed
        if all(visible("image", name, image.labels) for name in (*image.tags, *image.digests) or (image.id,))
    ]


def uses(client: APIClient, visible: Visible) -> Uses:
    """The images that containers in any state, and services, are made of or name.

    Who uses one is named if the asker may see it. One request for each container whose image has lost its name,
    besides one for containers and one for services.
    """
    ids: dict[str, str] = {}
    names: dict[str, str] = {}
    for each in client.containers(all=True):
        who = _who(visible, "container", own_name(each["Names"] or [each["Id"][:12]]), each["Labels"])
        ids.setdefault(each["ImageID"], who)
        names.setdefault(_full(_named_image(client, each)), who)
    for service in _services(client):
        spec = service["Spec"]
        image = spec["TaskTemplate"].get("ContainerSpec", {}).get("Image", "")
        names.setdefault(_full(image.partition("@")[0]), _who(visible, "service", spec["Name"], spec.get("Labels")))
    return Uses(ids, names)


def plan(listed: Iterable[Image], used: Uses, chosen: Selection, spared: Mapping[str, str] | None = None) -> Plan:
    """Sort the images into those that go and those that stay; spared are ids that stay, with the reason."""
    remove: list[Image] = []
    keep: list[tuple[Image, str]] = []
    for image in listed:
        if not chosen.all and not image.dangling:
            continue
        reason = _in_use(image, used) or _unselected(image, chosen) or (spared or {}).get(image.id)
        if reason:
            keep.append((image, reason))
        else:
            remove.append(image)
    return Plan(tuple(remove), tuple(keep))


def remove(client: APIClient, planned: Plan, visible: Visible) -> Removed:
    """Remove what is planned, without force, each after another look at who uses it.

    By its id; by its names, each after another look at what it stands for, where it has several.
    """
    removed = Removed()
    if not planned.remove:
        return removed
    before = _layers_size(client)
    for image in planned.remove:
        try:
            _remove(client, image, removed, visible)
        except NotFound:
            continue  # somebody else removed it
        except APIError as error:
            removed.kept.append((image, str(error.explanation or error)))
        except requests.RequestException as error:
            removed.unknown = f"No answer about {image.shown}: {error}"
            break
    after = None if removed.unknown else _layers_size(client)
    removed.reclaimed = None if before is None or after is None else max(0, before - after)
    return removed


def _who(visible: Visible, kind: str, name: str, labels: Mapping[str, str] | None) -> str:
    return f"{kind} {name}" if visible(kind, name, labels or {}) else f"a {kind}"


def _image(listed: Mapping[str, Any], *, dangling: bool) -> Image:
    return Image(
        id=listed["Id"],
        tags=_names(listed.get("RepoTags")),
        digests=_names(listed.get("RepoDigests")),
        labels=listed.get("Labels") or {},
        created=listed["Created"],
        dangling=dangling,
    )


def _names(listed: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(sorted(name for name in listed or () if name not in _NO_NAMES))


def _named_image(client: APIClient, container: Mapping[str, Any]) -> str:
    """The name by which a container was made: the list says it only while it still stands for the same image."""
    if not container["Image"].startswith("sha256:"):
        return str(container["Image"])
    try:
        return str(client.inspect_container(container["Id"])["Config"]["Image"])
    except APIError:
        return str(container["Image"])  # it went away meanwhile


def _services(client: APIClient) -> list[dict[str, Any]]:
    try:
        return list(client.services())
    except APIError:
        return []  # not a manager of a swarm


def _full(name: str) -> str:
    found = reference.parse(name)
    return name if found is None else f"{found.domain}/{found.path}:{found.tag or 'latest'}"


def _in_use(image: Image, used: Uses) -> str | None:
    if image.id in used.ids:
        return f"{used.ids[image.id]} uses it"
    named = [f"{used.names[full]} names {tag}" for tag in image.tags if (full := _full(tag)) in used.names]
    return named[0] if named else None


def _unselected(image: Image, chosen: Selection) -> str | None:
    if chosen.until is not None and image.created > chosen.until:
        return "it is newer"
    missing = [label for label in chosen.labels if not _carries(image, label)]
    if missing:
        return f"it has no label {missing[0]}"
    carried = [label for label in chosen.without if _carries(image, label)]
    return f"it has the label {carried[0]}" if carried else None


def _carries(image: Image, label: str) -> bool:
    key, equals, value = label.partition("=")
    return key in image.labels and (not equals or image.labels[key] == value)


def _remove(client: APIClient, image: Image, removed: Removed, visible: Visible) -> None:
    now = client.inspect_image(image.id)
    if (_names(now.get("RepoTags")), _names(now.get("RepoDigests"))) != (image.tags, image.digests):
        removed.kept.append((image, "it was named anew meanwhile"))
        return
    used = _in_use(image, uses(client, visible))
    if used:
        removed.kept.append((image, used))
        return
    for ref in _handles(image):
        removed.lines += _taken(client, image, ref)
    removed.ids.append(image.id)


def _taken(client: APIClient, image: Image, ref: str) -> list[str]:
    """What the engine did at one handle of the image; raises APIError if that is another's name by now."""
    if ref != image.id and client.inspect_image(ref)["Id"] != image.id:
        raise APIError(f"{ref} stands for another image now")
    done = wire.delete(client, "/images/{0}", ref, params={})
    return [f"untagged: {each['Untagged']}" if "Untagged" in each else f"deleted: {each['Deleted']}" for each in done]


def _handles(image: Image) -> tuple[str, ...]:
    """The id; where the image has several names, which the engine removes only one by one, those."""
    if len(image.tags) <= 1 and len(image.digests) <= 1:
        return (image.id,)
    return tuple(name for name in (*image.tags, *image.digests) if reference.parse(name) is not None)


def _layers_size(client: APIClient) -> int | None:
    params: wire.Params = {"type": "image"} if version_gte(client.api_version, IMAGES_ALONE_SINCE) else {}
    try:
        usage = wire.get(client, "/system/df", params=params)
    except APIError:
        return None  # another disk usage is being added up just now
    return int(usage.get("LayersSize") or 0)
