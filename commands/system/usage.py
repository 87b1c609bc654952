"""How much disk images, containers, volumes and the cache of builds take, as far as the asker may see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from commands import secrets, seen, wire
from commands.container import ls as containers
from commands.context import Context
from commands.image import ls as images
from commands.image.ls import Name
from commands.template import Row
from commands.timestamps import epoch
from commands.units import ago, natural, size, stamp
from commands.volume import ls as volumes

UNKNOWN = -1  # what the engine says where it did not measure
_CACHE_ID = 12  # characters of an id of the cache
_TYPES = {"Images": "Images", "Containers": "Containers", "Local Volumes": "Volumes", "Build Cache": "Builder"}
_SHARED = _TYPES.keys() - {"Build Cache"}  # docker says of these which part could be had back

Listed = Mapping[str, Any]


@dataclass(frozen=True)
class Usage:
    """What the engine lists of each kind; layers is what all the layers of the images take, in bytes.

    own gives those of an image that would go with it.
    """

    images: tuple[Listed, ...]
    containers: tuple[Listed, ...]
    volumes: tuple[Listed, ...]
    cache: tuple[Listed, ...]
    layers: int
    own: Callable[[Listed], int]

    def totals(self) -> Iterator[Row]:
        """A row for each kind."""
        in_use = [each for each in self.images if each.get("Containers", 0) > 0]
        yield _total("Images", (self.images, in_use), self.layers, self._unused_layers())
        running = [each for each in self.containers if each.get("State") in seen.ALIVE]
        written = _written(self.containers)
        yield _total("Containers", (self.containers, running), written, written - _written(running))
        used = [each for each in self.volumes if _links(each) > 0]
        idle = [each for each in self.volumes if not _links(each)]
        yield _total("Local Volumes", (self.volumes, used), _held(self.volumes), _held(idle))
        busy = [each for each in self.cache if each.get("InUse")]
        free = self.cached() - sum(int(each.get("Size") or 0) for each in busy)
        yield _total("Build Cache", (self.cache, busy), self.cached(), free)

    def cached(self) -> int:
        """The bytes that only the cache of builds holds."""
        return sum(int(each.get("Size") or 0) for each in self.cache if not each.get("Shared"))

    def image_rows(self, now: float, *, trunc: bool) -> list[Row]:
        """The images, each by the first of its names."""
        return [images.row(each, _first(each), now, trunc=trunc) for each in self.images]

    def container_rows(self, now: float, *, trunc: bool) -> list[Row]:
        """The containers, without the size of their images."""
        return [containers.row({**each, "SizeRootFs": 0}, now, trunc=trunc) for each in self.containers]

    def volume_rows(self) -> list[Row]:
        """The volumes."""
        return [volumes.row(each) for each in self.volumes]

    def cache_rows(self, now: float, *, trunc: bool) -> list[Row]:
        """The cache of builds, what was used last at the end."""
        return [_cache(each, now, trunc=trunc) for each in self.cache]

    def _unused_layers(self) -> int:
        used = (each for each in self.images if each.get("Containers", 0) != 0)
        return self.layers - sum(map(self.own, used))


def octets(told: Listed) -> tuple[int, int, int, int]:
    """The bytes of images, containers, volumes and the cache in the engine's own answer, whoever may see what of it."""
    containers, volumes, cache = (told.get(name) or () for name in ("Containers", "Volumes", "BuildCache"))
    held = Usage((), containers, volumes, cache, int(told.get("LayersSize") or 0), _own)
    return held.layers, _written(containers), _held(volumes), held.cached()


def usage(ctx: Context) -> Usage:
    """One request; what the asker may not see is taken out, also of the sums.

    Which layers an image shares tells of hidden ones: where there may be any, each image counts whole.
    """
    told = wire.get(ctx.patient, "/system/df")
    shown: list[Listed] = [
        {**each, "RepoTags": images.visible_tags(ctx, each)}
        for each in told.get("Images") or ()
        if images.visible(ctx, each)
    ]
    layers, own = int(told.get("LayersSize") or 0), _own
    kept: list[Listed] = [each for each in told.get("Volumes") or () if ctx.visible(seen.volume(each))]
    users = tuple(each for each in told.get("Containers") or () if containers.visible(ctx, each))
    cache: Sequence[Listed] = told.get("BuildCache") or ()
    if not ctx.sees_all():  # what is in the cache tells the steps of others' builds, and not whose they were
        shown, kept, cache = _made_of(shown, users), _mounted(kept, users), ()
        layers, own = sum(map(_whole, shown)), _whole
    return Usage(
        images=tuple(shown),
        containers=users,
        volumes=tuple(sorted(kept, key=lambda each: natural(each["Name"]))),
        cache=tuple(_ordered(cache)),
        layers=layers,
        own=own,
    )


def _made_of(held: Iterable[Listed], users: Iterable[Listed]) -> list[Listed]:
    """The images, each with the number of these containers that are made of it."""
    count = Counter(each.get("ImageID") for each in users)
    return [{**each, "Containers": count[each["Id"]]} for each in held]


def _mounted(held: Iterable[Listed], users: Iterable[Listed]) -> list[Listed]:
    """The volumes, each with the number of these containers that mount it."""
    count = Counter(name for each in users for name in {mount.get("Name") for mount in each.get("Mounts") or ()})
    return [{**each, "UsageData": {**(each.get("UsageData") or {}), "RefCount": count[each["Name"]]}} for each in held]


def _ordered(cache: Iterable[Listed]) -> list[Listed]:
    """What was never used first, then what was used longest ago."""
    return sorted(cache, key=lambda each: (each.get("LastUsedAt") or "", each["ID"]))


def _total(name: str, held: tuple[Sequence[Listed], Sequence[Listed]], whole: int, free: int) -> Row:
    """The row of a kind: all there are of it and those in use, the bytes of all and those that could be had back."""
    share = f" ({_part(free * 100, whole)}%)" if name in _SHARED and whole > 0 else ""
    methods = {
        "Type": name,
        "TotalCount": str(len(held[0])),
        "Active": str(len(held[1])),
        "Size": size(whole, 4),
        "Reclaimable": f"{size(free, 4)}{share}",
    }
    return Row(f"*formatter.diskUsage{_TYPES[name]}Context", methods)


def _part(amount: int, whole: int) -> int:
    """A whole number divided as Go does it, towards zero."""
    return amount // whole if amount >= 0 else -(-amount // whole)


def _own(image: Listed) -> int:
    """The bytes of an image that no other shares."""
    whole, shared = image.get("Size", 0), image.get("SharedSize", 0)
    return 0 if UNKNOWN in {whole, shared} else int(whole - shared)


def _whole(image: Listed) -> int:
    return max(int(image.get("Size", 0)), 0)


def _written(held: Iterable[Listed]) -> int:
    return sum(int(each.get("SizeRw") or 0) for each in held)


def _links(volume: Listed) -> int:
    return int((volume.get("UsageData") or {}).get("RefCount") or 0)


def _held(held: Iterable[Listed]) -> int:
    sizes = (int((each.get("UsageData") or {}).get("Size") or 0) for each in held)
    return sum(each for each in sizes if each != UNKNOWN)


def _first(image: Listed) -> Name:
    tags = list(images.names({**image, "RepoDigests": []}, digests=False, wanted=False))
    return replace(tags[0] if tags else Name(), digest="")


def _cache(record: Listed, now: float, *, trunc: bool) -> Row:
    identity = str(record["ID"])
    shortened = identity[:_CACHE_ID] if trunc else identity
    parents = record.get("Parents") or ([record["Parent"]] if record.get("Parent") else [])
    last = record.get("LastUsedAt")
    methods = {
        "ID": f"{shortened}*" if record.get("InUse") else shortened,
        "Parent": ", ".join(each[:_CACHE_ID] if trunc else each for each in parents),
        "CacheType": record.get("Type", ""),
        "Description": secrets.mask_text(record.get("Description", "")),
        "InUse": "true" if record.get("InUse") else "false",
        "Shared": "true" if record.get("Shared") else "false",
        "Size": size(record.get("Size") or 0, 3),
        "CreatedAt": stamp(record["CreatedAt"]),
        "CreatedSince": ago(now - epoch(record["CreatedAt"], now)),
        "LastUsedAt": stamp(last) if last else "",
        "LastUsedSince": ago(now - epoch(last, now)) if last else "",
        "UsageCount": str(record.get("UsageCount") or 0),
    }
    return Row("*formatter.buildCacheContext", methods)
