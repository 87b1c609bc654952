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
from commands.report.choice import Choice
from commands.report.report import DAY, Period, many
from commands.samples import Disk, Past
from commands.seen import Seen

MOST = 50_000  # actions that are counted
REQUESTS = 500  # requests for consent that are looked at
LOOKED_AT = 100  # containers that are asked which image they name, since its name is another's now
TREND = 8 * DAY  # seconds of the disk that a trend is made of, at least
UNKNOWN = "{} gone the labels were not kept, so that nobody can tell whether they match."
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
    Where some containers are chosen, all of these are about them, and there is nothing of images and of the disk.
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
    choice: Choice = field(default_factory=Choice)


def gather(ctx: Context, period: Period, choice: Choice) -> Facts:
    """Ask the engine, the samples and the record; what does not answer is told as wrong."""
    wrong: list[str] = []
    listed = _engine(ctx, wrong)
    there = {each.id: each for each in map(seen.container, listed[0])}
    held = [each for each in _containers(ctx, listed[0]) if choice.takes(there[each.id])]
    past = ctx.bot.samples.past(period.since, period.until, period.step)
    if past.why:
        wrong.append(f"Samples cannot be read: {past.why}")
    return Facts(
        ctx.host,
        period,
        tuple(held),
        () if choice else tuple(_images(ctx, listed[1], held)),
        tuple(_behind(ctx, held, listed[1])),
        _chosen(ctx, past, choice, there, wrong),
        None if choice or not ctx.sees_all() else _disks(ctx, period),
        _actions(ctx, period, choice, wrong),
        list(_requests(ctx, period, choice)),
        tuple(wrong),
        choice,
    )


def _chosen(ctx: Context, past: Past, choice: Choice, there: Mapping[str, Seen], wrong: list[str]) -> Past:
    """What was sampled of those that are chosen: by their labels at the engine, or as they are kept of what is gone."""
    known = [(each, there.get(each.seen.id, each.seen)) for each in past.series if ctx.visible(each.seen)]
    unknown = sum(choice.cannot_tell(told) for _, told in known)
    if unknown:
        wrong.append(f"Of {many(unknown, 'container')} that {UNKNOWN.format('is' if unknown == 1 else 'are')}")
    return Past([each for each, told in known if choice.takes(told)], past.absences, past.looks, past.why)


def _disks(ctx: Context, period: Period) -> Sequence[Disk]:
    return ctx.bot.samples.disks(min(period.since, period.until - TREND), period.until)


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


def _requests(ctx: Context, period: Period, choice: Choice) -> Iterable[Mapping[str, Any]]:
    """Those at this host that wait, or were made in this time; of some containers those whose line names one."""
    for each in ctx.bot.consents.requests((), REQUESTS):
        if each["host"] == ctx.host and (each["state"] == "pending" or each["asked"] >= period.since):
            lines = ctx.bot.audit(number=each["number"], filters={}, limit=1) if choice else ()
            if not choice or any(_is_about(line, choice) for line in lines):
                yield each


def _is_about(action: Mapping[str, Any], choice: Choice) -> bool:
    return any(map(choice.takes_told, (*action["targets"], *action["objects"])))


def _actions(ctx: Context, period: Period, choice: Choice, wrong: list[str]) -> list[Mapping[str, Any]]:
    """The lines of this time at this host; of some containers those that name one."""
    times = {"since": (repr(float(period.since)),), "until": (repr(float(period.until)),)}
    try:
        found = list(
            ctx.bot.audit(number=None, filters=times, limit=MOST + 1) if choice else ctx.bot.counted(times, MOST + 1)
        )
    except Refusal as error:
        wrong.append(str(error))
        return []
    if len(found) > MOST:
        wrong.append(f"Only the newest {MOST:,} lines are counted.")
    here = (each for each in found[:MOST] if each["host"] in {"", None, ctx.host})
    return [each for each in here if not choice or _is_about(each, choice)]
