"""When images were used last: by the containers that are there, and by the starts that the engine remembers.

It remembers 256 events of all kinds, and none from before its start: a container that came and went between two looks
may not be among them. An event names the image as the line did, and what has that name now counts as used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from docker.errors import APIError

from commands import wire
from commands.context import Context
from commands.gotime import NANOSECONDS
from commands.image.pruning import Image
from commands.seen import ALIVE

_STARTS = {"type": ["container"], "event": ["start"]}
PATIENCE = 30.0  # seconds without an answer

Listed = Mapping[str, Any]


def last(ctx: Context, containers: Iterable[Listed], images: Iterable[Image]) -> Mapping[str, float]:
    """When each image was used last, in epoch seconds, by its id; those of which no use is known are left out."""
    listed, there = list(containers), list(images)
    ids = {str(each["Id"]): str(each["ImageID"]) for each in listed}
    ids |= {name: image.id for image in there for name in (image.id, *image.tags, *image.digests)}
    heard = ctx.bot.cleanups.heard()
    clock = _clock(ctx)
    found = [(str(each["ImageID"]), _lived(each, ctx.now)) for each in listed]
    try:
        found += [(ids.get(user) or ids.get(name) or "", at) for user, name, at in _started(ctx, heard, clock)]
    except APIError:  # what stands before the engine forbids it, perhaps
        clock = heard
    uses: dict[str, float] = {}
    for image, at in found:
        uses[image] = max(uses.get(image, 0.0), at)
    return ctx.bot.cleanups.used(uses, [image.id for image in there], clock)


def _clock(ctx: Context) -> float:
    """The engine's own time: it never ends an answer about what is still to come by it."""
    client = ctx.docker
    head = client._get(client._url("/_ping")).headers.get("Date")  # noqa: SLF001 - docker-py gives no headers
    return ctx.now if head is None else parsedate_to_datetime(head).timestamp()


def _lived(listed: Listed, now: float) -> float:
    """When a container made use of its image at least: now, or else when it was made."""
    return now if listed["State"] in ALIVE else float(listed["Created"])


def _started(ctx: Context, heard: float, clock: float) -> Iterator[tuple[str, str, float]]:
    """The containers that were started since the last look: their ids, the names of their images, and when."""
    params: wire.Params = {
        "since": str(int(heard)),
        "until": str(int(clock)),
        "filters": json.dumps(_STARTS),
    }
    with wire.stream(ctx.patient, "/events", params=params, timeout=PATIENCE) as answer:
        for event in wire.messages(answer):
            actor = event["Actor"]
            yield str(actor["ID"]), _named(str(actor["Attributes"].get("image") or "")), event["timeNano"] / NANOSECONDS


def _named(image: str) -> str:
    """The name of an image as lists have it."""
    return image if image.startswith("sha256:") or ":" in image.rpartition("/")[2] else f"{image}:latest"
