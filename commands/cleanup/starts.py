"""When images were used last, and which came or went: by the containers there are, and by what the engine remembers.

It remembers 256 events of all kinds, and none from before its start. An event names the image as the line did, and what
has that name now counts where the container is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError

from commands import reference, wire
from commands.context import Context
from commands.gotime import NANOSECONDS
from commands.image.pruning import Image
from commands.seen import ALIVE

_USES = ("start", "die", "destroy")  # what begins or ends a container's use of its image
_MOVES = ("pull", "load", "import", "delete")  # by which an image comes or goes
_FILTERS = {"type": ["container", "image"], "event": [*_USES, *_MOVES]}
PATIENCE = 30.0  # seconds without an answer

Listed = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """An image as the line named it or by its id, and when something happened to it, in epoch seconds.

    user is the id of a container of it that was started or ended; without one the image itself came or went.
    """

    image: str
    at: float
    user: str = ""


@dataclass(frozen=True)
class Heard:
    """What events say, by the ids of images: which were used last when, which came or went; and up to when."""

    uses: Mapping[str, float]
    moved: frozenset[str]
    until: float


def last(ctx: Context, clock: float, containers: Iterable[Listed], images: Iterable[Image]) -> Mapping[str, float]:
    """When each image was used last, in epoch seconds, by its id; those of which no use is known are left out.

    Those that came or went since the last time are forgotten. clock is the engine's own time.
    """
    listed, there = list(containers), list(images)
    try:
        heard = told(list(events(ctx.patient, ctx.bot.cleanups.heard(), clock)), listed, there, clock)
    except APIError as error:
        if error.status_code != requests.codes.forbidden:  # as what stands before the engine does
            raise
    else:
        ctx.bot.cleanups.hear(heard)
    lived = latest((str(each["ImageID"]), _lived(each, ctx.now)) for each in listed)
    return ctx.bot.cleanups.used("image", lived, [image.id for image in there])


def now(client: APIClient) -> float:
    """The engine's own time in whole epoch seconds, 0 where it does not tell."""
    head = client._get(client._url("/_ping")).headers.get("Date")  # noqa: SLF001 - docker-py gives no headers
    return 0.0 if head is None else parsedate_to_datetime(head).timestamp()


def events(client: APIClient, since: float, clock: float) -> Iterator[Event]:
    """What the engine remembers from a moment of its clock to the end of the second that this shows; raises as clients.

    The answer comes when that second is over: what happens in it would be missed for ever else.
    """
    until = end(clock)
    since = min(since, until)  # the engine's clock may have been put back
    params: wire.Params = {"since": str(int(since)), "until": str(int(until)), "filters": json.dumps(_FILTERS)}
    with wire.stream(client, "/events", params=params, timeout=PATIENCE) as answer:
        for event in wire.messages(answer):
            actor, at = event["Actor"], event["timeNano"] / NANOSECONDS
            if event["Type"] == "container":
                yield Event(str(actor["Attributes"].get("image") or ""), at, str(actor["ID"]))
            else:
                yield Event(str(actor["ID"]), at)


def end(clock: float) -> float:
    """The end of the second that the engine's clock shows, up to which events are read."""
    return clock + 1


def told(found: Iterable[Event], containers: Iterable[Listed], images: Iterable[Image], clock: float) -> Heard:
    """What these events say of the images that are there; containers are those in any state, clock as in events()."""
    users = {str(each["Id"]): str(each["ImageID"]) for each in containers}
    names = _Names(images)
    uses, moved = list[tuple[str, float]](), set[str]()
    for each in found:
        image = users.get(each.user) or names.id(each.image)
        if each.user:
            uses.append((image, each.at))
        else:
            moved.add(image or each.image)
    return Heard(latest(uses), frozenset(moved), end(clock))


def latest(uses: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The last of several uses of each image; what is of no image is left out."""
    found: dict[str, float] = {}
    for image, at in uses:
        if image:
            found[image] = max(found.get(image, 0.0), at)
    return found


class _Names:
    """What lines may call the images that are there."""

    def __init__(self, images: Iterable[Image]) -> None:
        self._ids = dict[str, str]()
        self._named = dict[str, str]()
        for image in images:
            self._ids[image.id.removeprefix("sha256:")] = image.id
            self._named |= {full: image.id for name in (*image.tags, *image.digests) for full in reference.fulls(name)}

    def id(self, called: str) -> str:
        """The id of the one that is called so, by a name or by how its id begins, as engines look; else empty."""
        named = next((self._named[full] for full in reference.fulls(called) if full in self._named), "")
        start = called.removeprefix("sha256:")
        return named or next((image for bare, image in self._ids.items() if start and bare.startswith(start)), "")


def _lived(listed: Listed, at: float) -> float:
    """When a container made use of its image at least: now, or else when it was made."""
    return at if listed["State"] in ALIVE else float(listed["Created"])
