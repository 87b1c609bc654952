"""The volumes of a container that is there: neither their options nor their labels are in its inspect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from docker.api.client import APIClient
from docker.errors import NotFound

from commands.context import Found, Target


def volumes(client: APIClient, details: Mapping[str, Any]) -> tuple[Found, ...]:
    """The volumes that a container mounts, each as the engine shows it; one that is gone is none."""
    return tuple(_found(client, _names(details)))


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
