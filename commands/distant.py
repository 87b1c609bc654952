"""What docker inspect knows besides containers, images, networks and volumes: a swarm's objects, and plugins."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError, NotFound

from commands import secrets, wire
from commands.target import Found, Target

_PATHS = {
    "service": "/services/{0}",
    "task": "/tasks/{0}",
    "node": "/nodes/{0}",
    "plugin": "/plugins/{0}/json",
    "secret": "/secrets/{0}",
    "config": "/configs/{0}",
}
KINDS = tuple(_PATHS)  # in the order in which docker inspect looks for a name
_ANYWHERE = ("plugin",)  # the kinds that an engine has which is not the manager of a swarm
_WORD = re.compile(r"[a-zA-Z0-9][\w.-]*(/[a-zA-Z0-9][\w.-]*)*(:[\w][\w.-]*)?", re.ASCII)  # no ".." leaves a path
_PLAIN = re.compile(r"[^/:]*")  # the names of all but plugins
_PASSED = {requests.codes.not_found, requests.codes.forbidden, requests.codes.bad_request}  # 403: of a proxy


def look(client: APIClient, target: Target) -> Found:
    """The object of the target's kind; raises the engine's APIError."""
    return _looked(client, target, target.kind)


def search(client: APIClient, target: Target) -> Found | None:
    """The object of any of these kinds, None where no kind has one; the engine is asked first which kinds it has."""
    for kind in KINDS if _manages(client) else _ANYWHERE:
        try:
            return _looked(client, target, kind)
        except APIError as error:
            if error.status_code not in {None, *_PASSED}:
                raise
    return None


def _manages(client: APIClient) -> bool:
    """Whether the engine is the manager of a swarm; not known through a proxy that forbids to ask."""
    try:
        return bool((client.info().get("Swarm") or {}).get("ControlAvailable"))
    except APIError:
        return False


def _looked(client: APIClient, target: Target, kind: str) -> Found:
    if not _WORD.fullmatch(target.ref) or not (kind == "plugin" or _PLAIN.fullmatch(target.ref)):
        raise NotFound("", explanation=_absent(kind, target.ref))
    params: wire.Params = {"insertDefaults": "true"} if kind == "service" else {}
    details = wire.get(client, _PATHS[kind], target.ref, params=params)
    spec = details.get("Spec") or {}
    id_ = details.get("ID") or details.get("Id") or ""
    name = spec.get("Name") or (details.get("Description") or {}).get("Hostname") or details.get("Name") or id_
    labels, *inherited = _labels(client, kind, details)
    return Found(target, kind, id_, name, labels, _hidden(kind, details), tuple(inherited))


def _absent(kind: str, ref: str) -> str:
    """What the engine says of a word that is not asked about, because it would leave its place in the path."""
    if ("/" in ref and kind != "plugin") or not {".", ".."}.isdisjoint(ref.split("/")):
        return "page not found"
    return f'plugin "{ref}" not found' if kind == "plugin" else f"{kind} {ref} not found"


def _labels(client: APIClient, kind: str, details: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """What a rule may select an object by; a task has the labels of its container and those of its service.

    Where they contradict each other there are two sets: a rule that denies one of them denies the task.
    """
    spec = details.get("Spec") or {}
    if kind != "task":
        return [spec.get("Labels") or {}]
    own = (spec.get("ContainerSpec") or {}).get("Labels") or {}
    if not details.get("ServiceID"):
        return [own]
    service = wire.get(client, _PATHS["service"], details["ServiceID"])
    others = (service.get("Spec") or {}).get("Labels") or {}
    sets: list[Mapping[str, str]] = [{**others, **own}, {**own, **others}]
    return sets[: len({tuple(sorted(each.items())) for each in sets})]


def _hidden(kind: str, details: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inspect without the secrets that lie where no masking looks: in base64, and beside their names."""
    if kind == "config" and (data := details["Spec"].get("Data")):
        return {**details, "Spec": {**details["Spec"], "Data": _masked(data)}}
    if kind == "plugin" and (held := details["Config"].get("Env")):
        shown = [{**each, "Value": _value(each["Name"], each.get("Value"))} for each in held]
        return {**details, "Config": {**details["Config"], "Env": shown}}
    return details


def _masked(data: str) -> str:
    text = b64decode(data).decode("utf-8", "surrogateescape")
    return b64encode(secrets.mask_text(text).encode("utf-8", "surrogateescape")).decode()


def _value(name: str, value: str | None) -> str | None:
    return value and secrets.mask_object({name: value})[name]
