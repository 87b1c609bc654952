"""What a report is made of: gathered in a few requests, and only what the asker may see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from docker.errors import APIError, DockerException

from commands import seen, wire
from commands.attempts import Refusal
from commands.container import ls as containers
from commands.context import Context
from commands.engine_errors import daemon
from commands.image import ls as images
from commands.report.report import DAY, Period
from commands.samples import Disk, Past

MOST = 50_000  # actions that are counted
REQUESTS = 500  # requests for consent that are looked at
LOOKED_AT = 100  # containers that are asked which image they name, since its name is another's now
TREND = 8 * DAY  # seconds of the disk that a trend is made of, at least
_EXIT = re.compile(r"Exited \((\d+)\)")


@dataclass(frozen=True)
class Container:
    """A container as it is now: the engine's words for its state, and the code that it exited with, None where not."""

    name: str
    state: str
    status: str
    id: str = ""
    image: str = ""
    image_id: str = ""
    exit_code: int | None = None

    @property
    def is_unhealthy(self) -> bool:
        """Whether its health check fails."""
        return "(unhealthy)" in self.status


@dataclass(frozen=True)
class Image:
    """An image: what it is called, its bytes, and whether a container in any state was made from it."""

    name: str
    size: int
    is_used: bool


@dataclass(frozen=True)
class Facts:
    """All that a report says, before anybody has chosen words for it; wrong says what could not be found out.

    behind are the names of containers, each with the image that it names and that is another one now. disks is None
    where the asker does not see everything on the host. actions are what the record counts, requests those for consent.
    """

    host: str
    period: Period
    containers: Sequence[Container] = ()
    images: Sequence[Image] = ()
    behind: Sequence[tuple[str, str]] = ()
    past: Past = field(default_factory=Past)
    disks: Sequence[Disk] | None = None
    actions: Sequence[Mapping[str, Any]] = ()
    requests: Sequence[Mapping[str, Any]] = ()
    wrong: tuple[str, ...] = ()


def gather(ctx: Context, period: Period) -> Facts:
    """Ask the engine, the samples and the record; what does not answer is told as wrong."""
    wrong: list[str] = []
    listed = _engine(ctx, wrong)
    held = _containers(ctx, listed[0])
    past = ctx.bot.samples.past(period.since, period.until, period.step)
    if past.why:
        wrong.append(f"Samples cannot be read: {past.why}")
    since = min(period.since, period.until - TREND)
    return Facts(
        ctx.host,
        period,
        tuple(held),
        tuple(_images(ctx, listed[1], held)),
        tuple(_behind(ctx, held, listed[1])),
        Past([each for each in past.series if ctx.visible(each.seen)], past.absences, past.looks, past.why),
        ctx.bot.samples.disks(since, period.until) if ctx.sees_all() else None,
        _actions(ctx, period, wrong),
        [each for each in ctx.bot.consents.requests((), REQUESTS) if each["host"] == ctx.host],
        tuple(wrong),
    )


def _engine(ctx: Context, wrong: list[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The engine's containers and images; none where it does not answer, which is wrong."""
    try:
        return (
            wire.get(ctx.docker, "/containers/json", params={"all": 1}),
            wire.get(ctx.docker, "/images/json"),
        )
    except APIError as error:
        wrong.append(daemon(error))
    except (requests.RequestException, DockerException) as error:
        wrong.append(str(error))
    return [], []


def _containers(ctx: Context, listed: Iterable[Mapping[str, Any]]) -> list[Container]:
    return [_container(each) for each in listed if containers.visible(ctx, each)]


def _container(each: Mapping[str, Any]) -> Container:
    told, status = seen.container(each), str(each.get("Status") or "")
    code = _EXIT.match(status)
    facts = (told.name, each["State"], status, told.id, told.image, told.image_id)
    return Container(*facts, int(code[1]) if code else None)


def _images(ctx: Context, listed: Iterable[Mapping[str, Any]], held: Iterable[Container]) -> Iterable[Image]:
    used = {each.image_id for each in held}
    for each in listed:
        if images.visible(ctx, each):
            tags = images.visible_tags(ctx, each)
            yield Image(tags[0] if tags else "<none>", max(int(each.get("Size") or 0), 0), each["Id"] in used)


def _behind(ctx: Context, held: Iterable[Container], listed: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    """The containers whose image's name is another image's now; an engine then lists them by the id."""
    tags = {tag: each["Id"] for each in listed for tag in images.visible_tags(ctx, each)}
    renamed = [each for each in held if each.image.startswith("sha256:")]
    for each in renamed[:LOOKED_AT]:
        try:
            named = wire.get(ctx.docker, "/containers/{0}/json", each.id)["Config"]["Image"]
        except (APIError, DockerException, requests.RequestException):
            continue  # it is gone
        now = tags.get(named if ":" in named.rpartition("/")[2] else f"{named}:latest")
        if now is not None and now != each.image_id:
            yield each.name, named


def _actions(ctx: Context, period: Period, wrong: list[str]) -> list[Mapping[str, Any]]:
    times = {"since": (repr(float(period.since)),), "until": (repr(float(period.until)),)}
    try:
        found = list(ctx.bot.counted(times, MOST + 1))
    except Refusal as error:
        wrong.append(str(error))
        return []
    if len(found) > MOST:
        wrong.append(f"Only the newest {MOST:,} lines are counted.")
    return [each for each in found[:MOST] if each["host"] in {"", None, ctx.host}]
