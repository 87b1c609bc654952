"""When images were used last: by the containers that are there, and by the starts that the engine remembers.

It remembers 256 events of all kinds, and none from before its start. An event names the image as the line did, and what
has that name now counts as used where the container is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from docker.api.client import APIClient
from docker.errors import APIError

from commands import wire
from commands.context import Context
from commands.gotime import NANOSECONDS
from commands.image.pruning import Image
from commands.seen import ALIVE

_STARTS = {"type": ["container"], "event": ["start"]}
PATIENCE = 30.0  # seconds without an answer

Listed = Mapping[str, Any]
Start = tuple[str, str, float]  # the id of a container, the name of its image, and when it was started in epoch seconds


def last(ctx: Context, containers: Iterable[Listed], images: Iterable[Image]) -> Mapping[str, float]:
    """When each image was used last, in epoch seconds, by its id; those of which no use is known are left out."""
    listed, there = list(containers), list(images)
    ids = {str(each["Id"]): str(each["ImageID"]) for each in listed}
    ids |= {name: image.id for image in there for name in (image.id, *image.tags, *image.digests)}
    heard = ctx.bot.cleanups.heard()
    clock = now(ctx.docker) or ctx.now
    found = [(str(each["ImageID"]), _lived(each, ctx.now)) for each in listed]
    try:
        found += [(ids.get(user) or ids.get(name) or "", at) for user, name, at in started(ctx.patient, heard, clock)]
    except APIError:  # what stands before the engine forbids it, perhaps
        clock = heard
    return ctx.bot.cleanups.used(latest(found), [image.id for image in there], clock)


def now(client: APIClient) -> float:
    """The engine's own time in epoch seconds, 0 where it does not tell: an answer about what is to come never ends."""
    head = client._get(client._url("/_ping")).headers.get("Date")  # noqa: SLF001 - docker-py gives no headers
    return 0.0 if head is None else parsedate_to_datetime(head).timestamp()


def started(client: APIClient, since: float, until: float) -> Iterator[Start]:
    """The starts that the engine remembers between two moments of its clock; raises what the client does."""
    since = min(since, until)  # the engine's clock may have been put back
    params: wire.Params = {"since": str(int(since)), "until": str(int(until)), "filters": json.dumps(_STARTS)}
    with wire.stream(client, "/events", params=params, timeout=PATIENCE) as answer:
        for event in wire.messages(answer):
            actor = event["Actor"]
            yield str(actor["ID"]), _named(str(actor["Attributes"].get("image") or "")), event["timeNano"] / NANOSECONDS


def latest(uses: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The last of several uses of each image."""
    found: dict[str, float] = {}
    for image, at in uses:
        found[image] = max(found.get(image, 0.0), at)
    return found


def _lived(listed: Listed, at: float) -> float:
    """When a container made use of its image at least: now, or else when it was made."""
    return at if listed["State"] in ALIVE else float(listed["Created"])


def _named(image: str) -> str:
    """The name of an image as lists have it."""
    return image if image.startswith("sha256:") or ":" in image.rpartition("/")[2] else f"{image}:latest"
