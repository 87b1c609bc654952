"""The volumes of a container that is there: neither their options nor their labels are in its inspect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from docker.api.client import APIClient
from docker.errors import APIError, NotFound

from commands import wire
from commands.target import Found, Target

UNTOLD = "SlashdockUntold"  # of details: the engine does not tell of this volume, whose options may be any
_ANONYMOUS = "com.docker.volume.anonymous"  # the label of a volume that was made without a name
_GIVEN = re.compile("[0-9a-f]{64}")


def volumes(client: APIClient, details: Mapping[str, Any]) -> tuple[Found, ...]:
    """The volumes that a container mounts, each as the engine shows it; one that is gone is none.

    Of one that the engine cannot show, as its plugin is away, there is what the container's mount says of it.
    """
    return tuple(_found(client, _mounts(details)))


def is_anonymous(volume: Found) -> bool:
    """Whether a volume was made without a name; older engines say so by the name alone that they gave it."""
    return _ANONYMOUS in volume.labels or bool(_GIVEN.fullmatch(volume.name))


def belonging(container: Found) -> tuple[Found, ...]:
    """The volumes that `rm -v` takes with a container: those without a name, unless it mounts them by the given one."""
    asked = container.details.get("HostConfig") or {}
    binds = (str(each).partition(":")[0] for each in asked.get("Binds") or ())
    named = {*binds, *(each.get("Source") for each in asked.get("Mounts") or ())}
    return tuple(each for each in container.volumes if is_anonymous(each) and each.name not in named)


def _mounts(details: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    mounts = (mount for mount in details.get("Mounts") or () if mount.get("Type") == "volume")
    return {str(mount["Name"]): mount for mount in mounts if mount.get("Name")}


def _found(client: APIClient, mounts: Mapping[str, Mapping[str, Any]]) -> Iterator[Found]:
    for name, mount in mounts.items():
        try:
            details = client.inspect_volume(name)
        except NotFound:
            continue
        except APIError as error:
            if wire.lost(error):
                raise
            details = {"Name": name, "Driver": mount.get("Driver"), UNTOLD: True}
        yield Found(Target("volume", name), "volume", name, name, details.get("Labels") or {}, details)
