"""The removal of images that were planned to go, one by one, each after another look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import requests
from docker.api.client import APIClient
from docker.errors import APIError, NotFound
from docker.utils import version_gte

from commands import reference, wire
from commands.attempts import lost_sentence
from commands.image.pruning import Image, Plan, Visible, in_use, names, uses
from commands.reply import Errors, Part, Reply

IMAGES_ALONE_SINCE = "1.42"  # the API version from which disk usage can be asked of images alone

TOLD = 10  # images that a sentence names
LOOK = "docker images -a"  # shows what is still there where an answer was lost


@dataclass
class Removed:
    """What became of a plan: the engine's words ("untagged: ...", "deleted: ..."), and what stayed after all, and why.

    ids are those of the images that went; reclaimed is in bytes as the engine measures its layers, None where it could
    not say. broken tells of a lost answer, after which nothing more was begun; unknown: what was under way then may
    have happened.
    """

    lines: list[str] = field(default_factory=list)
    kept: list[tuple[Image, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    reclaimed: int | None = 0
    broken: str | None = None
    unknown: bool = False

    def reply(self, *parts: Part) -> Reply:
        """These parts as an answer, which says what is not known."""
        if self.broken is None:
            return Reply(parts, ids=tuple(self.ids))
        told = (*parts, Errors(f"{self.broken}\n"))
        return Reply(told, failed=True, error=self.broken, unknown=self.unknown, ids=tuple(self.ids))

    def end(self, image: Image, rest: Iterable[Image], *, changing: bool) -> None:
        """Note that the answer about an image was lost; changing: while it was being removed."""
        left = _few([each.shown for each in rest])
        self.unknown = changing
        self.broken = (
            lost_sentence([image.shown], left, LOOK)
            if changing
            else f"The engine did not answer any more. Not tried: {', '.join([image.shown, *left])}."
        )


def remove(client: APIClient, planned: Plan, visible: Visible) -> Removed:
    """Remove what is planned, without force, each after another look at who uses it.

    By its id; by its names, each after another look at what it stands for, where it has several.
    """
    removed = Removed()
    if not planned.remove:
        return removed
    before = _layers_size(client)
    for at, image in enumerate(planned.remove):
        done = len(removed.lines)
        try:
            _remove(client, image, removed, visible)
        except NotFound:
            continue  # somebody else removed it
        except APIError as error:
            removed.kept.append((image, str(error.explanation or error)))
        except requests.RequestException as error:
            asked = error.request is not None and error.request.method == "GET"
            removed.end(image, planned.remove[at + 1 :], changing=not asked or len(removed.lines) > done)
            break
    after = None if removed.broken else _layers_size(client)
    removed.reclaimed = None if before is None or after is None else max(0, before - after)
    return removed


def _few(names: list[str]) -> list[str]:
    return names if len(names) <= TOLD else [*names[:TOLD], f"{len(names) - TOLD} more"]


def _remove(client: APIClient, image: Image, removed: Removed, visible: Visible) -> None:
    now = client.inspect_image(image.id)
    if (names(now.get("RepoTags")), names(now.get("RepoDigests"))) != (image.tags, image.digests):
        removed.kept.append((image, "it was named anew meanwhile"))
        return
    used = in_use(image, uses(client, visible))
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
    done = wire.delete(client, "/images/{0}", ref, params={"noprune": "1"})  # its parents go by a plan, too
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
    except (APIError, requests.RequestException):
        return None  # another disk usage is being added up just now, or it takes too long: no reason to stop
    return int(usage.get("LayersSize") or 0)
