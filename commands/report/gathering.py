"""What a report is made of, gathered in a few requests: of chosen containers, and only what the asker may see."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import requests
from docker.errors import APIError, DockerException

from commands import reference, seen, wire
from commands.attempts import Refusal
from commands.container import ls as containers
from commands.context import Context
from commands.engine_errors import daemon
from commands.image import ls as images
from commands.report.choice import Choice
from commands.report.facts import KILLED, Container, Facts, Image
from commands.report.report import DAY, Period, many
from commands.samples import Past, Series
from commands.seen import Seen

MOST = 50_000  # actions that are counted
REQUESTS = 500  # requests for consent that are looked at, of those that wait and of those asked in the time
LOOKED_AT = 500  # containers that are asked which image they name, since its name is another's now, or why they ended
TREND = 8 * DAY  # seconds of the disk that a trend is made of, at least
UNKNOWN = "{} gone the labels were not kept, so that nobody can tell whether they match."
_CONTAINERS, _IMAGES = "/containers/json", "/images/json"
_EXIT = re.compile(r"Exited \((\d+)\)")

Listed = Sequence[Mapping[str, Any]]


def gather(ctx: Context, period: Period, choice: Choice) -> Facts:
    """Ask the engine, the samples and the record; what does not answer is told as wrong."""
    wrong: list[str] = []
    there, images_there = _lists(ctx, wrong)
    held = None if there is None else _containers(ctx, there, choice, wrong)
    behind = None if held is None or images_there is None else tuple(_behind(ctx, held, images_there, wrong))
    past = _past(ctx, period, choice, there or (), wrong)
    weighed = ctx.bot.samples.disks(min(period.since, period.until - TREND), period.until)
    names = {each.name for each in held or ()} | {each.seen.name for each in past.series}
    return Facts(
        ctx.host,
        period,
        held,
        _images(ctx, images_there, there, choice),
        behind,
        past,
        None if choice or not ctx.sees_all() else weighed.disks,
        _actions(ctx, period, choice, names, wrong),
        _requests(ctx, period, choice, wrong),
        tuple(wrong),
        choice,
        weighed.why,
    )


def _lists(ctx: Context, wrong: list[str]) -> tuple[list[dict[str, Any]] | None, list[dict[str, Any]] | None]:
    """The engine's containers and images, None for what it does not tell, which is wrong."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in (_CONTAINERS, _IMAGES):
        try:
            found[path] = wire.get(ctx.docker, path, params={"all": 1} if path == _CONTAINERS else {})
        except APIError as error:
            if (why := daemon(error)) not in wrong:
                wrong.append(why)
        except (requests.RequestException, DockerException) as error:
            wrong.append(str(error))
            break  # it is away, or hangs: asked again it would only be waited for again
    return found.get(_CONTAINERS), found.get(_IMAGES)


def _containers(ctx: Context, listed: Listed, choice: Choice, wrong: list[str]) -> list[Container]:
    known = (each for each in listed if containers.visible(ctx, each))
    held = [_container(each) for each in known if choice.takes(seen.container(each))]
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
        try:
            details = wire.get(ctx.docker, "/containers/{0}/json", identity)
        except APIError:  # it is gone
            continue
        except (requests.RequestException, DockerException) as error:
            wrong.append(str(error))
            return
        yield identity, details


def _container(each: Mapping[str, Any]) -> Container:
    told, status = seen.container(each), str(each.get("Status") or "")
    code = _EXIT.match(status)
    facts = (told.name, each["State"], status, told.id, told.image, told.image_id)
    return Container(*facts, int(code[1]) if code else None)


def _images(ctx: Context, listed: Listed | None, there: Listed | None, choice: Choice) -> tuple[Image, ...] | None:
    """The images that the asker may see; a container that they may not see uses its image as well.

    None where the engine does not tell; none where a report is of some containers.
    """
    if listed is None or there is None:
        return None
    used = {str(each.get("ImageID") or "") for each in there}
    return tuple(_image(ctx, each, each["Id"] in used) for each in listed if not choice and images.visible(ctx, each))


def _image(ctx: Context, each: Mapping[str, Any], is_used: bool) -> Image:
    tags = images.visible_tags(ctx, each)
    return Image(tags[0] if tags else "<none>", max(int(each.get("Size") or 0), 0), is_used)


def _behind(
    ctx: Context, held: Iterable[Container], listed: Iterable[Mapping[str, Any]], wrong: list[str]
) -> Iterator[tuple[str, str]]:
    """The containers whose image's name is another image's now; an engine then lists them by the id."""
    tags = {
        full: each["Id"] for each in listed for tag in images.visible_tags(ctx, each) for full in reference.fulls(tag)
    }
    renamed = {each.id: each for each in held if each.image.startswith("sha256:")}
    for identity, details in _inspected(ctx, [*renamed], "which image they name", wrong):
        each, named = renamed[identity], details["Config"]["Image"]
        now = tags.get(next(reference.fulls(named)))  # that by the digest comes first, and never moves
        if now is not None and now != each.image_id:
            yield each.name, named


def _past(ctx: Context, period: Period, choice: Choice, listed: Listed, wrong: list[str]) -> Past:
    """What was sampled of those that are chosen: by their labels at the engine, or as they are kept of what is gone."""
    past = ctx.bot.samples.past(period.since, period.until, period.step)
    if past.why:
        wrong.append(f"Samples cannot be read: {past.why}")
    there = {each.id: each for each in map(seen.container, listed)}
    known = [now for each in past.series if (now := _as_it_is(ctx, each, there.get(each.seen.id))) is not None]
    unknown = sum(choice.cannot_tell(each.seen) for each in known)
    if unknown:
        wrong.append(f"Of {many(unknown, 'container')} that {UNKNOWN.format('is' if unknown == 1 else 'are')}")
    chosen = [each for each in known if choice.takes(each.seen)]
    return replace(past, series=chosen, left_out=past.left_out if ctx.sees_all() else 0)


def _as_it_is(ctx: Context, kept: Series, now: Seen | None) -> Series | None:
    """What was sampled of a container, by the name and labels that it has now where it is there.

    None where the asker may not see it as it was seen last, or as it is.
    """
    if now is None:
        return kept if ctx.visible(kept.seen) else None
    is_visible = ctx.visible(kept.seen) and ctx.visible(now)
    told = replace(kept.seen, name=now.name, labels=now.labels, untold=False)
    return replace(kept, seen=told) if is_visible else None


def _actions(
    ctx: Context, period: Period, choice: Choice, names: Collection[str], wrong: list[str]
) -> list[Mapping[str, Any]]:
    """The lines of this time at this host; of some containers, which have these names, those that name one."""
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
    own = ctx.bot.consents.number  # of the report itself, which is not done yet
    here = (each for each in found[:MOST] if each["host"] in {"", None, ctx.host} and each["number"] != own)
    return [each for each in here if not choice or _is_about(each, choice) or _is_refused_about(each, names)]


def _requests(ctx: Context, period: Period, choice: Choice, wrong: list[str]) -> list[Mapping[str, Any]]:
    """The requests for consent about the host that wait, and those asked in the time; newest first.

    Of some containers they are those whose line names one.
    """
    waiting = ctx.bot.consents.requests(("pending",), REQUESTS + 1, ctx.host)
    asked = ctx.bot.consents.requests((), REQUESTS + 1, ctx.host, period.since)
    if max(len(waiting), len(asked)) > REQUESTS:
        wrong.append(f"Only the newest {REQUESTS:,} requests for consent are counted.")
    found = {each["number"]: each for each in (*waiting[:REQUESTS], *asked[:REQUESTS])}
    newest = (found[number] for number in sorted(found, reverse=True))
    return [each for each in newest if not choice or _is_asked_about(ctx, each["number"], choice)]


def _is_asked_about(ctx: Context, number: int, choice: Choice) -> bool:
    return any(_is_about(line, choice) for line in ctx.bot.audit(number=number, filters={}, limit=1))


def _is_about(action: Mapping[str, Any], choice: Choice) -> bool:
    return any(map(choice.takes_told, (*action["targets"], *action["objects"])))


def _is_refused_about(action: Mapping[str, Any], names: Collection[str]) -> bool:
    """Whether a line that was denied before its objects were looked up has one of the names among its words."""
    is_unlooked = action["status"] == "denied" and not action["targets"] and not action["objects"]
    return is_unlooked and not {*names}.isdisjoint(action["line"].split()[1:])
