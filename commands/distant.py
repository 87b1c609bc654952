"""Kinds of objects that no verb is about yet: whether the engine has one of a name, and what it says where not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import requests
from docker.errors import APIError, NotFound

from commands import wire
from commands.context import Context, Missing, Target

PATHS = {
    "config": "/configs/{0}",
    "node": "/nodes/{0}",
    "plugin": "/plugins/{0}/json",
    "secret": "/secrets/{0}",
    "service": "/services/{0}",
    "task": "/tasks/{0}",
}
_WORD = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")


def missing(ctx: Context, target: Target) -> Missing | None:
    """The engine's refusal of an object, None where it has it; one that the asker may not see is not there."""
    if not _WORD.fullmatch(target.ref):
        return _absent(target)
    try:
        details = wire.get(ctx.docker, PATHS[target.kind], target.ref)
    except APIError as error:
        if error.status_code == requests.codes.forbidden:
            raise  # a proxy before the engine
        return Missing(target, error)
    return None if _visible(ctx, target.kind, details) else _absent(target)


def _absent(target: Target) -> Missing:
    shown = f'plugin "{target.ref}"' if target.kind == "plugin" else f"{target.kind} {target.ref}"
    return Missing(target, NotFound("", explanation=f"{shown} not found"))


def _visible(ctx: Context, kind: str, details: Mapping[str, Any]) -> bool:
    spec = details.get("Spec") or {}
    return ctx.visible(kind, spec.get("Name") or details.get("Name") or "", spec.get("Labels") or {})
