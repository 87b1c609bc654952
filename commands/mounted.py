"""The volumes of a container that is there: neither their options nor their labels are in its inspect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from docker.api.client import APIClient
from docker.errors import NotFound

from commands.context import Found, Target

_ANONYMOUS = "com.docker.volume.anonymous"  # the label of a volume that was made without a name
_GIVEN = re.compile("[0-9a-f]{64}")


def volumes(client: APIClient, details: Mapping[str, Any]) -> tuple[Found, ...]:
    """The volumes that a container mounts, each as the engine shows it; one that is gone is none."""
    return tuple(_found(client, _names(details)))


def is_anonymous(volume: Found) -> bool:
    """Whether a volume was made without a name; older engines say so by the name alone that they gave it."""
    return _ANONYMOUS in volume.labels or bool(_GIVEN.fullmatch(volume.name))


def belonging(container: Found) -> tuple[Found, ...]:
    """The volumes that `rm -v` takes with a container: those without a name, unless it mounts them by the given one."""
    asked = container.details.get("HostConfig") or {}
    binds = (str(each).partition(":")[0] for each in asked.get("Binds") or ())
    named = {*binds, *(each.get("Source") for each in asked.get("Mounts") or ())}
    return tuple(each for each in container.volumes if is_anonymous(each) and each.name not in named)


def _names(details: Mapping[str, Any]) -> list[str]:
    mounts = (mount for mount in details.get("Mounts") or () if mount.get("Type") == "volume")
    return list(dict.fromkeys(str(mount["Name"]) for mount in mounts if mount.get("Name")))


def _found(client: APIClient, names: list[str]) -> Iterator[Found]:
    for name in names:
        try:
            details = client.inspect_volume(name)
        except NotFound:
            continue
        yield Found(Target("volume", name), "volume", name, name, details.get("Labels") or {}, details)
