"""How many bytes an engine holds: measured, as sizes of images that share layers do not add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import DockerException
from docker.utils import version_gte

from commands import seen, wire
from commands.cleanup.policy import CACHE, CONTAINERS, DANGLING, IMAGES
from commands.context import Context
from commands.image.removing import IMAGES_ALONE_SINCE
from commands.prunes import plural
from commands.units import size

_TYPES = {DANGLING: "image", IMAGES: "image", CONTAINERS: "container", CACHE: "build-cache"}
TOLD = 3  # of the largest of each kind
_IN_FILES = ("json-file", "local")  # drivers that keep a log with its container; the path tells of the first alone
_NEVER = "0001-"  # when a container started that never did
LOOKED_AT = 100  # containers whose log files are looked for

Usage = Mapping[str, Any]
_Sized = tuple[int, str]  # bytes, and what has them


def usage(client: APIClient, what: Iterable[str] = ()) -> Usage | None:
    """The engine's own account of its disk, of what these words of a policy are about or of all.

    None where it is adding up another one just now, or takes too long: no reason to stop.
    """
    types = sorted({_TYPES[word] for word in what if word in _TYPES})
    alone = types and version_gte(client.api_version, IMAGES_ALONE_SINCE)
    with suppress(requests.RequestException, DockerException):
        found: Usage = wire.get(client, "/system/df", params={"type": types} if alone else {})
        return found
    return None


def held(found: Usage) -> int:
    """The bytes of layers, of what containers wrote, and of what builds keep."""
    written = sum(int(each.get("SizeRw") or 0) for each in found.get("Containers") or ())
    kept = sum(int(each.get("Size") or 0) for each in found.get("BuildCache") or () if not each.get("Shared"))
    return int(found.get("LayersSize") or 0) + written + kept


def large(ctx: Context) -> Iterator[str]:
    """A sentence for each kind of what no cleanup takes, or not now, with the largest that the asker may know of."""
    found = usage(ctx.patient) or {}
    volumes = [each for each in found.get("Volumes") or () if ctx.sees(seen.volume(each))]
    containers = [each for each in found.get("Containers") or () if ctx.sees(seen.container(each))]
    written = [(int(each.get("SizeRw") or 0), seen.container(each).name) for each in containers]
    kept = sum(int(each.get("Size") or 0) for each in found.get("BuildCache") or ())
    yield from _told(
        "Volumes hold", [(int((each.get("UsageData") or {}).get("Size") or 0), each["Name"]) for each in volumes]
    )
    yield from _told("Containers wrote", written)
    yield from _told("Their log files hold", _logs(ctx, containers))
    if kept:
        yield f"Builds keep {size(kept)} for later ones."


def _told(start: str, sized: Iterable[_Sized]) -> Iterator[str]:
    most = sorted((each for each in sized if each[0] > 0), reverse=True)
    if most:
        first = ", ".join(f"{name} {size(octets)}" for octets, name in most[:TOLD])
        rest = f" and {plural(len(most) - TOLD, 'more')}" if len(most) > TOLD else ""
        yield f"{start} {size(sum(octets for octets, _ in most))}: {first}{rest}."


def _logs(ctx: Context, containers: Iterable[Mapping[str, Any]]) -> Iterator[_Sized]:
    """The log files, where this machine has them."""
    for each in list(containers)[:LOOKED_AT]:
        with suppress(DockerException):
            yield log(ctx.docker.inspect_container(each["Id"])) or 0, seen.container(each).name


def log(details: Mapping[str, Any]) -> int | None:
    """The bytes of a container's log files, with those that were rotated; None where this machine cannot tell.

    By its inspect; a path with the container's full id in it is the engine's own. What a driver keeps elsewhere, or
    nowhere, does not go with the container.
    """
    driver, path = details["HostConfig"]["LogConfig"]["Type"], Path(details.get("LogPath") or "/")
    if driver not in _IN_FILES:
        return 0
    if details["Id"] not in path.name:
        return 0 if details["State"]["StartedAt"].startswith(_NEVER) else None
    try:
        return sum(file.stat().st_size for file in path.parent.iterdir() if file.name.startswith(path.name))
    except OSError:
        return None
