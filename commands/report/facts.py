"""What a report is made of: gathered in a few requests, and only what the asker may see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
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
REQUESTS = 500  # requests for consent that are looked at, of those that wait and of those asked in the time
LOOKED_AT = 500  # containers that are asked which image they name, since its name is another's now, or why they ended
KILLED, ENDED = 137, 143  # codes of what a signal ended: as `docker stop` does, or the kernel where memory ran out
TREND = 8 * DAY  # seconds of the disk that a trend is made of, at least
_EXIT = re.compile(r"Exited \((\d+)\)")


@dataclass(frozen=True)
class Container:
    """A container as it is now: the engine's words for its state, and the code that it exited with, None where not.

    was_killed: by the kernel, since it used more memory than it may.
    """

    name: str
    state: str
    status: str
    id: str = ""
    image: str = ""
    image_id: str = ""
    exit_code: int | None = None
    was_killed: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether it exited with an error, which is none where somebody stopped it."""
        return self.was_killed or self.exit_code not in {None, 0, KILLED, ENDED}

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

    containers and images are None where the engine does not tell. behind are the names of containers, each with the
    image that it names and that is another one now. disks is None where the asker does not see everything on the host.
    actions are what the record counts, requests those for consent.
    """

    host: str
    period: Period
    containers: Sequence[Container] | None = ()
    images: Sequence[Image] | None = ()
    behind: Sequence[tuple[str, str]] = ()
    past: Past = field(default_factory=Past)
    disks: Sequence[Disk] | None = None
    actions: Sequence[Mapping[str, Any]] = ()
    requests: Sequence[Mapping[str, Any]] = ()
    wrong: tuple[str, ...] = ()


def gather(ctx: Context, period: Period) -> Facts:
    """Ask the engine, the samples and the record; what does not answer is told as wrong."""
    wrong: list[str] = []
    there, images_there = _engine(ctx, "/containers/json", wrong), _engine(ctx, "/images/json", wrong)
    held = None if there is None else _containers(ctx, there, wrong)
    past = ctx.bot.samples.past(period.since, period.until, period.step)
    if past.why:
        wrong.append(f"Samples cannot be read: {past.why}")
    since = min(period.since, period.until - TREND)
    return Facts(
        ctx.host,
        period,
        held,
        None if there is None or images_there is None else tuple(_images(ctx, images_there, there)),
        tuple(_behind(ctx, held or (), images_there or (), wrong)),
        replace(
            past,
            series=[each for each in past.series if ctx.visible(each.seen)],
            left_out=past.left_out if ctx.sees_all() else 0,
        ),
        ctx.bot.samples.disks(since, period.until) if ctx.sees_all() else None,
        _actions(ctx, period, wrong),
        _requests(ctx, period, wrong),
        tuple(wrong),
    )


def _engine(ctx: Context, path: str, wrong: list[str]) -> list[dict[str, Any]] | None:
    """A list of the engine's; None where it does not answer, which is wrong."""
    try:
        listed: list[dict[str, Any]] = wire.get(ctx.docker, path, params={"all": 1} if "containers" in path else {})
    except APIError as error:
        why = daemon(error)
    except (requests.RequestException, DockerException) as error:
        why = str(error)
    else:
        return listed
    if why not in wrong:
        wrong.append(why)
    return None


def _containers(ctx: Context, listed: Iterable[Mapping[str, Any]], wrong: list[str]) -> list[Container]:
    held = [_container(each) for each in listed if containers.visible(ctx, each)]
    ended = [each.id for each in held if each.exit_code == KILLED]
    killed = {
        identity
        for identity, details in _inspected(ctx, ended, "why they ended", wrong)
        if details["State"]["OOMKilled"]
    }
    return [replace(each, was_killed=each.id in killed) for each in held]


def _inspected(
    ctx: Context, ids: Sequence[str], what: str, wrong: list[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What the engine tells of each of the first of them, as far as it is there; that there are more is wrong."""
    if len(ids) > LOOKED_AT:
        wrong.append(f"Only the first {LOOKED_AT} of {len(ids):,} containers were asked {what}.")
    for identity in ids[:LOOKED_AT]:
        with suppress(APIError, DockerException, requests.RequestException):  # it is gone
            yield identity, wire.get(ctx.docker, "/containers/{0}/json", identity)


def _container(each: Mapping[str, Any]) -> Container:
    told, status = seen.container(each), str(each.get("Status") or "")
    code = _EXIT.match(status)
    facts = (told.name, each["State"], status, told.id, told.image, told.image_id)
    return Container(*facts, int(code[1]) if code else None)


def _images(ctx: Context, listed: Iterable[Mapping[str, Any]], there: Iterable[Mapping[str, Any]]) -> Iterable[Image]:
    """The images that the asker may see; a container that they may not see uses its image as well."""
    used = {str(each.get("ImageID") or "") for each in there}
    for each in listed:
        if images.visible(ctx, each):
            tags = images.visible_tags(ctx, each)
            yield Image(tags[0] if tags else "<none>", max(int(each.get("Size") or 0), 0), each["Id"] in used)


def _behind(
    ctx: Context, held: Iterable[Container], listed: Iterable[Mapping[str, Any]], wrong: list[str]
) -> Iterable[tuple[str, str]]:
    """The containers whose image's name is another image's now; an engine then lists them by the id."""
    tags = {tag: each["Id"] for each in listed for tag in images.visible_tags(ctx, each)}
    renamed = {each.id: each for each in held if each.image.startswith("sha256:")}
    for identity, details in _inspected(ctx, [*renamed], "which image they name", wrong):
        each, named = renamed[identity], details["Config"]["Image"]
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
    own = ctx.bot.consents.number  # of the report itself, which is not done yet
    return [each for each in found[:MOST] if each["host"] in {"", None, ctx.host} and each["number"] != own]


def _requests(ctx: Context, period: Period, wrong: list[str]) -> list[Mapping[str, Any]]:
    """The requests for consent about the host that wait, and those asked in the time; newest first."""
    waiting = ctx.bot.consents.requests(("pending",), REQUESTS + 1, ctx.host)
    asked = ctx.bot.consents.requests((), REQUESTS + 1, ctx.host, period.since)
    if max(len(waiting), len(asked)) > REQUESTS:
        wrong.append(f"Only the newest {REQUESTS:,} requests for consent are counted.")
    found = {each["number"]: each for each in (*waiting[:REQUESTS], *asked[:REQUESTS])}
    return [found[number] for number in sorted(found, reverse=True)]
