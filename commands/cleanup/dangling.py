"""Dangling images: which of them may go and why the others stay, and taking them away one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError, DockerException, ImageNotFound, NotFound

from commands import wire
from commands.context import Context, daemon
from commands.listing import short
from commands.units import ago, size

DAY = 86_400  # seconds that an image is left alone after it was first seen; a pull may still be under way
SLACK = 60  # seconds; two runs of a nightly job are never quite a day apart
MOST = 50  # images that one run removes, so that a mistake has a bound
REMOVED = "removed"
NAMELESS = "<none>:<none>"  # how older engines list an image without a name


@dataclass(frozen=True)
class Image:
    """A dangling image: its full id, when it was made (epoch seconds), its size in bytes with all of its layers."""

    id: str
    created: float
    size: int

    def row(self, now: float, fate: str) -> tuple[str, ...]:
        """Its line in the table."""
        made = "in the future" if self.created > now else ago(now - self.created)
        return short(self.id), made, size(self.size), fate


@dataclass(frozen=True)
class Plan:
    """What goes, in the engine's order, and what stays, each with why."""

    going: tuple[Image, ...]
    kept: tuple[tuple[Image, str], ...]


@dataclass(frozen=True)
class Removal:
    """What came of one image: gone, left for a reason, failed with the engine's error, or not known."""

    image: Image
    fate: str
    failed: bool = False
    unknown: bool = False


def plan(ctx: Context) -> Plan:
    """What a run would do now: three requests, whatever the number of images; changes nothing."""
    every = [each["Id"] for each in ctx.docker.images()]
    seen = ctx.bot.first_seen(every)
    users = _users(ctx)
    going: list[Image] = []
    kept: list[tuple[Image, str]] = []
    for image in _dangling(ctx):
        why = users.get(image.id) or _fresh(image, seen.get(image.id, ctx.now), ctx.now)
        if not why and len(going) >= MOST:
            why = f"one run removes {MOST} at most; the next goes on"
        if why:
            kept.append((image, why))
        else:
            going.append(image)
    return Plan(tuple(going), tuple(kept))


def remove(ctx: Context, images: tuple[Image, ...]) -> Iterator[Removal]:
    """Remove each by its full id, never by force, after one more look; ends where the engine stops answering."""
    for image in images:
        removal = _remove(ctx, image)
        yield removal
        if removal.unknown:
            return


def layers(client: APIClient) -> int | None:
    """The bytes that all images hold together on the engine's disk, each layer once; None where it does not say."""
    try:
        held = wire.get(client, "/system/df", params={"type": "image"}).get("LayersSize")
    except (APIError, requests.RequestException):
        return None
    return held if isinstance(held, int) else None


def _dangling(ctx: Context) -> list[Image]:
    """What the engine itself calls dangling, as far as the asker may see it."""
    found = ctx.docker.images(filters={"dangling": True})
    return [
        Image(each["Id"], each["Created"], each["Size"])
        for each in found
        if ctx.visible("image", each["Id"], each.get("Labels") or {})
    ]


def _users(ctx: Context) -> Mapping[str, str]:
    """Why an image stays, for each that a container in any state was made from."""
    return {each["ImageID"]: f"used by {_called(ctx, each)}" for each in ctx.docker.containers(all=True)}


def _called(ctx: Context, container: Mapping[str, Any]) -> str:
    name = next((each.removeprefix("/") for each in container.get("Names") or ()), "")
    seen = name and ctx.visible("container", name, container.get("Labels") or {})
    return f"{name} ({container['State']})" if seen else "a container"


def _fresh(image: Image, seen: float, now: float) -> str:
    if image.created > now:
        return "made in the future, says its date"
    return f"first seen {ago(now - seen).lower()}" if now - seen < DAY - SLACK else ""


def _remove(ctx: Context, image: Image) -> Removal:
    try:
        changed = _changed(ctx, image)
        if changed:
            return Removal(image, f"kept: {changed}")
        ctx.patient.remove_image(image.id, force=False)
    except (NotFound, ImageNotFound):
        return Removal(image, "gone already")
    except APIError as error:
        if error.status_code == requests.codes.conflict:
            return Removal(image, f"kept: {error.explanation}")
        return Removal(image, daemon(error), failed=True)
    except (requests.RequestException, DockerException) as error:
        return Removal(image, f"no answer: {error}", failed=True, unknown=True)
    return Removal(image, REMOVED)


def _changed(ctx: Context, image: Image) -> str:
    """What has happened since the plan that the image now stays for; removing by id would take a new name with it."""
    names = [name for name in ctx.docker.inspect_image(image.id)["RepoTags"] or () if name != NAMELESS]
    if names:
        return f"now named {names[0]}"
    return _users(ctx).get(image.id, "")
