"""What a cleanup looks at: every object of the kinds that it takes, from one list of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import requests
from docker.errors import APIError, NotFound

from commands import mounted, prunes, seen, wire
from commands.attempts import Refusal
from commands.builder import cache
from commands.cleanup import starts
from commands.cleanup.policy import CACHE, CONTAINERS, DANGLING, GRACE, IMAGES, NETWORKS, SLACK
from commands.container import prune as containers
from commands.context import Context
from commands.image import pruning, using
from commands.image.pruning import Image
from commands.network import prune as networks
from commands.prunes import Going
from commands.seen import Visible
from commands.target import Found
from commands.timestamps import epoch

APART = 3600.0  # seconds between the bot's clock and the engine's from which on nothing is cleaned up
_APART = (
    "The clock of slashdock and that of the engine are more than an hour apart. Nothing is cleaned up until they agree."
)
_NOT_YOURS = "no rule lets you remove it"
Listed = Mapping[str, Any]
Containers = list[Listed]  # the engine's list of those in any state


@dataclass(frozen=True)
class Thing:
    """An object as it is planned with: word is the one of WHAT that takes it, size in bytes, times in epoch seconds.

    created is the engine's own date, seen the bot's first sight, used its last use as far as that is known, else 0.
    stays is why it stays whatever a policy says. above are the ids of what was made of it or lives in it, which has to
    go before; a step is there for those alone, and goes with the last of them. names are what it is called, images the
    names of what a container was made of: patterns are held against both.
    """

    word: str
    found: Found
    size: int = 0
    created: float = 0.0
    seen: float = 0.0
    used: float = 0.0
    stays: str = ""
    names: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    above: frozenset[str] = frozenset()
    step: bool = False
    way: Image | Going | None = None  # by which it is removed; None for what stays

    @property
    def id(self) -> str:
        """Its full id."""
        return self.found.id


def things(ctx: Context, what: Iterable[str], verb: str) -> tuple[Thing, ...]:
    """Everything of these kinds that the asker may know of; the lists are as many whatever there is.

    What the rules do not let them remove by a line of this verb stays, whoever else may.
    Besides, each container that has stopped is looked at once, and each whose image has lost its name. Raises Refusal
    where the clocks are apart: by one of them all is old.
    """
    clock = starts.now(ctx.docker) or ctx.now
    if ctx.bot.cleanups.apart(clock) > APART:
        raise Refusal(_APART)
    ctx.bot.cleanups.at_engine(_engine(ctx))
    words = frozenset(what)
    params: wire.Params = {"all": 1, **({"size": 1} if CONTAINERS in words else {})}
    listed: Containers = wire.get(ctx.patient, "/containers/json", params=params)
    met = ctx.bot.cleanups.first_seen("container", [str(each["Id"]) for each in listed])
    found: list[Thing] = []
    if words & {DANGLING, IMAGES}:
        found += _images(ctx, listed, clock)
    if CONTAINERS in words:
        found += _containers(ctx, listed, met)
    if NETWORKS in words:
        found += _networks(ctx, listed)
    if CACHE in words:
        found += _cache(ctx)
    return tuple(_reached(ctx, verb, each) for each in found)


def _reached(ctx: Context, verb: str, thing: Thing) -> Thing:
    is_out_of_reach = thing.way is not None and not thing.stays and not ctx.could(verb, thing.found)
    return replace(thing, stays=_NOT_YOURS) if is_out_of_reach else thing


def _known(ctx: Context) -> Visible:
    """Whether the asker may know of it: the clock sees nothing but what it may remove."""
    return lambda each: ctx.sees(each) or ctx.visible(each)


def _engine(ctx: Context) -> str:
    """The engine's own id; empty where it does not tell, or makes one up at each request as podman does."""
    try:
        told = {str(wire.get(ctx.docker, "/info").get("ID") or "") for _ in range(2)}
    except APIError as error:
        if error.status_code != requests.codes.forbidden:  # as what stands before the engine does
            raise
        return ""
    return told.pop() if len(told) == 1 else ""


def _images(ctx: Context, listed: Containers, clock: float) -> Iterator[Thing]:
    all_ = pruning.images(ctx.docker)
    last = starts.last(ctx, clock, listed, all_)
    met = ctx.bot.cleanups.first_seen("image", [image.id for image in all_])  # after what came or went is forgotten
    used = using.uses_of(ctx.docker, listed, ctx.sees, {})
    for image in pruning.shown_to(_known(ctx), all_):
        yield Thing(
            DANGLING if image.dangling else IMAGES,
            pruning.found(image),
            image.size,
            image.created,
            met[image.id],
            last.get(image.id, 0.0),
            pruning.in_use(image, used) or "",
            (*image.tags, *image.digests),
            above=image.children,
            step=image.is_step,
            way=image,
        )


def _containers(ctx: Context, listed: Containers, met: Mapping[str, float]) -> Iterator[Thing]:
    living, knows = ctx.bot.living_in(), _known(ctx)
    for each in listed:
        if not knows(seen.container(each)):
            continue
        identity, name = str(each["Id"]), seen.own_name(each.get("Names") or [each["Id"]])
        found = prunes.found("container", identity, name, each.get("Labels") or {})
        thing = Thing(
            CONTAINERS,
            found,
            int(each.get("SizeRw") or 0),
            each["Created"],
            met[identity],
            names=(name,),
            images=(each["Image"],),
            above=living.get(identity, frozenset()),
        )
        if each["State"] not in containers.STOPPED:
            yield replace(thing, stays=f"it is {each['State']}")
        elif ctx.now - met[identity] < GRACE - SLACK:
            yield thing
        else:
            with suppress(NotFound):  # somebody else removed it
                yield _stopped(ctx, each, thing)


def _stopped(ctx: Context, listed: Listed, thing: Thing) -> Thing:
    """The same after a look, as a list tells neither when it ended, nor its image's name of then, nor of root."""
    details = ctx.docker.inspect_container(thing.id)
    found = replace(thing.found, details=details, volumes=mounted.volumes(ctx.docker, details))
    ended = str(details["State"].get("FinishedAt") or "0")
    return replace(
        thing,
        found=found,
        used=max(0.0, epoch(ended, ctx.now)),
        images=(*thing.images, str(details["Config"]["Image"])),
        way=containers.going(ctx, listed, found),
    )


def _networks(ctx: Context, listed: Containers) -> Iterator[Thing]:
    all_: list[Listed] = wire.get(ctx.docker, "/networks")
    met = ctx.bot.cleanups.first_seen("network", [str(each["Id"]) for each in all_])
    users, knows = networks.used_by(ctx, listed), _known(ctx)
    used = {str(each["Id"]): ctx.now for each in all_ if users.keys() & {each["Id"], each["Name"]}}
    last = ctx.bot.cleanups.used("network", used, [str(each["Id"]) for each in all_])
    for each in all_:
        identity, name = str(each["Id"]), str(each["Name"])
        if networks.is_spared(each) or not knows(seen.network(each)):
            continue
        user, created = users.get(identity) or users.get(name), epoch(str(each["Created"]), ctx.now)
        going = networks.going(ctx, each, created)
        stays = f"{user} is on it" if user else ""
        known = (0, created, met[identity], last.get(identity, 0.0))
        yield Thing(NETWORKS, going.found, *known, stays, (name,), way=going)


def _cache(ctx: Context) -> Iterator[Thing]:
    records: list[Listed] = wire.get(ctx.patient, "/system/df").get("BuildCache") or []
    met = ctx.bot.cleanups.first_seen("builder", [str(each["ID"]) for each in records])
    above = cache.above(records)
    for each in records:
        going, last = cache.going(ctx, each), each.get("LastUsedAt")
        yield Thing(
            CACHE,
            going.found,
            going.size,
            epoch(str(each["CreatedAt"]), ctx.now),
            met[going.found.id],
            epoch(str(last), ctx.now) if last else 0.0,
            cache.kept(each),
            (going.found.id,),
            above=above[going.found.id],
            way=going,
        )
