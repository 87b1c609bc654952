"""The images that a build begins with: whether the asker may build on them, and what opens their registries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import requests
from docker.errors import APIError, NotFound

from commands import naming, wire
from commands.attempts import Refusal
from commands.building import added, bases, dockerfile
from commands.building.bases import Base
from commands.command import Permission
from commands.context import Context, Found, Target, daemon
from commands.creation import images
from commands.image import transfer
from commands.seen import Seen

MOST = 100  # images that a Dockerfile may name
_MANY = f"This Dockerfile names more than {MOST} images, which is the most that slashdock looks at."
_NOT_YOURS = "{}: you may not build on {}."
_NONE = "{}: No such image: {}"
_NO_WORD = "{}: the engine gave no answer about the pull of {}. Nothing was built."


class Unfetched(Refusal):
    """An image cannot be had, which docker says once it has sent the context."""


@dataclass(frozen=True)
class Fetching:
    """What is fetched before a build, as the engine would within it; then what a base asks for is known before."""

    newer: bool = False
    platform: str = ""


def check(ctx: Context, bases: Iterable[Base], fetching: Fetching) -> tuple[str, ...]:
    """See that the asker may use each, fetching what is not here; gives what docker prints of that.

    Raises Refusal where one may not be used or fetched, or where building on it would reach what the policy forbids.
    """
    named = tuple(bases)
    if len(named) > MOST:
        raise Refusal(_MANY)
    told: list[str] = []
    for base in named:
        if _is_name(base.ref):
            _check(ctx, base, _local(ctx, base.ref))
            if base.line:
                told += _fetched(ctx, base, fetching)
    return tuple(told)


def _fetched(ctx: Context, base: Base, fetching: Fetching) -> tuple[str, ...]:
    """Fetch the image if the engine would; what came is looked at like any other."""
    if images.is_id(base.ref) or (_local(ctx, base.ref) and not fetching.newer):
        return ()
    try:
        done = transfer.pull(ctx, naming.normalized(base.ref), platform=fetching.platform)
    except requests.RequestException as error:
        if not isinstance(error, APIError) or wire.lost(error):
            raise Unfetched(_NO_WORD.format(base.where, base.ref)) from None
        raise Unfetched(daemon(error)) from None
    if done.error:
        raise Unfetched(done.error)
    _check(ctx, base, _local(ctx, base.ref))
    return done.lines


def _is_name(ref: str) -> bool:
    """Whether it can be an image; the engine says what is wrong with another word."""
    try:
        images.check(ref)
    except ValueError:
        return False
    return True


def _local(ctx: Context, ref: str) -> Mapping[str, Any]:
    """The engine's inspect, empty where the image is not there."""
    try:
        found: Mapping[str, Any] = ctx.docker.inspect_image(ref)
    except NotFound:
        return {}
    return found


def _check(ctx: Context, base: Base, details: Mapping[str, Any]) -> None:
    config = details.get("Config") or {}
    labels = config.get("Labels") or {}
    names = dict.fromkeys((base.ref, *(details.get("RepoTags") or ())))
    if not all(ctx.visible(Seen("image", name, labels, details.get("Id") or "")) for name in names):
        found = Found(Target("image", base.ref), "image", details.get("Id") or "", base.ref, labels, details)
        seen = details and all(ctx.may(Permission.SEE, replace(found, name=name)) for name in names)
        raise Refusal((_NOT_YOURS if seen else _NONE).format(base.where, base.ref))
    for trigger in config.get("OnBuild") or ():
        for reading in dockerfile.readings(trigger):
            put_off = [replace(each, line=base.line) for each in reading]
            added.check(put_off, ctx.allowances.remotes)
            for source in {ref for each in put_off for ref in bases.copied(each.inner())}:
                if _is_name(source):
                    _check_copied(ctx, Base(base.line, source))


def _check_copied(ctx: Context, base: Base) -> None:
    """An image that a trigger copies from: it has to be here, and its own triggers do nothing."""
    details = dict(_local(ctx, base.ref))
    _check(ctx, base, {**details, "Config": {**(details.get("Config") or {}), "OnBuild": None}})
