"""The images that a build begins with: whether the asker may build on them, and what opens their registries."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from docker.errors import NotFound

from commands import naming
from commands.attempts import Refusal
from commands.building import added, dockerfile
from commands.building.bases import Base
from commands.command import Permission
from commands.context import Context, Found, Target
from commands.creation import images
from commands.credentials import server

MOST = 100  # images that a Dockerfile may name
_MANY = f"This Dockerfile names more than {MOST} images, which is the most that slashdock looks at."
_NOT_YOURS = "{}: you may not build on {}."
_NONE = "{}: No such image: {}"


def check(ctx: Context, bases: Iterable[Base]) -> None:
    """Raise Refusal where the asker may not use one, or where building on it would fetch what the settings forbid."""
    named = tuple(bases)
    if len(named) > MOST:
        raise Refusal(_MANY)
    for base in named:
        if _is_name(base.ref):
            _check(ctx, base, _details(ctx, base.ref))


def _is_name(ref: str) -> bool:
    """Whether it can be an image; the engine says what is wrong with another word."""
    try:
        images.check(ref)
    except ValueError:
        return False
    return True


def _details(ctx: Context, ref: str) -> Mapping[str, Any]:
    """The engine's inspect, empty where the image is not there: the engine would look for it at its registry."""
    try:
        found: Mapping[str, Any] = ctx.docker.inspect_image(ref)
    except NotFound:
        return {}
    return found


def _check(ctx: Context, base: Base, details: Mapping[str, Any]) -> None:
    config = details.get("Config") or {}
    labels = config.get("Labels") or {}
    names = dict.fromkeys((base.ref, *(details.get("RepoTags") or ())))
    if not all(ctx.visible("image", name, labels) for name in names):
        found = Found(Target("image", base.ref), "image", details.get("Id") or "", base.ref, labels, details)
        seen = details and all(ctx.may(Permission.SEE, replace(found, name=name)) for name in names)
        raise Refusal((_NOT_YOURS if seen else _NONE).format(base.where, base.ref))
    for trigger in config.get("OnBuild") or ():
        for reading in dockerfile.readings(trigger):
            added.check((replace(each, line=base.line) for each in reading), ctx.allowances.remotes)


def registries(ctx: Context, bases: Iterable[Base]) -> str:
    """The value of X-Registry-Config: what opens the registries of the images, empty where nothing does."""
    found = {}
    for domain in {
        naming.normalized(base.ref).domain for base in bases if _is_name(base.ref) and not images.is_id(base.ref)
    }:
        if auth := ctx.auth(domain):
            found[server(domain)] = json.loads(base64.urlsafe_b64decode(auth))
    return base64.urlsafe_b64encode(json.dumps(found).encode()).decode() if found else ""
