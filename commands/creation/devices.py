"""Devices of the host: --device with CDI names, --device-cgroup-rule, --gpus."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import Any

from commands.creation import records
from commands.creation.numbers import decimal
from commands.creation.values import changed, checked

_RULE = re.compile(r"[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}")
_FIELDS = 2  # colons at most
_WORD = r"[a-zA-Z](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?"
_CDI = re.compile(rf"{_WORD}/{_WORD}=[a-zA-Z0-9](?:[a-zA-Z0-9_.:-]*[a-zA-Z0-9])?")
ALL = -1  # all the graphics cards that are there


def devices(texts: Iterable[str]) -> tuple[list[dict[str, str]], list[str]]:
    """The Devices, and the names that a CDI specification on the host explains; raises ValueError in docker's words."""
    mapped, named = [], []
    for text in texts:
        if _CDI.fullmatch(text):
            named.append(text)
        else:
            mapped.append(_mapping(_validated(text)))
    return mapped, named


def requests(gpus: Iterable[str], named: list[str]) -> list[dict[str, Any]]:
    """The DeviceRequests for graphics cards and for names of the CDI."""
    cards = [_gpu(text) for text in gpus]
    if not named:
        return cards
    cdi = {"Driver": "cdi", "Count": 0, "DeviceIDs": named, "Capabilities": None, "Options": None}
    return [*cards, cdi]


def _validated(text: str) -> str:
    source, *rest = text.split(":")
    if len(rest) > _FIELDS or not source:
        raise ValueError(f"bad format for path: {text}")
    match rest:
        case []:
            place, spec = source, _clean(source)
        case [mode] if _is_mode(mode):
            place, spec = source, f"{_clean(source)}:{mode}"
        case [place]:
            spec = f"{source}:{_clean(place)}"
        case [place, mode]:
            if not _is_mode(mode):
                raise ValueError(f"bad mode specified: {mode}")
            spec = text
    if not place.startswith("/"):
        raise ValueError(f"{place} is not an absolute path")
    return spec


def _mapping(spec: str) -> dict[str, str]:
    source, *rest = spec.split(":")
    mode, place = "rwm", ""
    if len(rest) == _FIELDS:
        mode = rest[1]
    if rest and _is_mode(rest[0]):
        mode = rest[0]
    elif rest:
        place = rest[0]
    return {"PathOnHost": source, "PathInContainer": place or source, "CgroupPermissions": mode}


def _is_mode(text: str) -> bool:
    return bool(text) and set(text) <= set("rwm") and len(set(text)) == len(text)


def _clean(path: str) -> str:
    """The path as Go's path.Clean writes it."""
    cleaned = posixpath.normpath(path)
    return "/" + cleaned.lstrip("/") if path.startswith("/") else cleaned


def _rule(text: str) -> str:
    if not _RULE.fullmatch(text):
        raise ValueError(f"invalid device cgroup format '{text}'")
    return text


def _gpu(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"Driver": "", "Count": 0, "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": {}}
    seen: set[str] = set()
    for each in records.fields(text):
        name, equals, value = each.partition("=")
        if name in seen:
            raise ValueError(f"gpu request key '{name}' can be specified only once")
        seen.add(name)
        if not equals:
            seen.add("count")
            found["Count"] = _count(name)
        else:
            found |= _gpu_field(name, value, each)
    if "count" not in seen and found["DeviceIDs"] is None:
        found["Count"] = 1
    return found


def _gpu_field(name: str, value: str, text: str) -> dict[str, Any]:
    match name:
        case "driver":
            return {"Driver": value}
        case "count":
            return {"Count": _count(value)}
        case "device":
            return {"DeviceIDs": value.split(",")}
        case "capabilities":
            return {"Capabilities": [[*value.split(","), "gpu"]]}
        case "options":
            return {"Options": _gpu_options(value)}
        case _:
            raise ValueError(f"unexpected key '{name}' in '{text}'")


def _gpu_options(text: str) -> dict[str, str]:
    try:
        options = [each.partition("=") for each in records.fields(text)]
    except ValueError as error:
        raise ValueError(f"failed to read gpu options: {error}") from None
    return {name: value for name, _, value in options}


def _count(text: str) -> int:
    if text == "all":
        return ALL
    try:
        return decimal(text)
    except ValueError as error:
        why = str(error).rpartition(": ")[2]
        raise ValueError(f'invalid count ({text}): value must be either "all" or an integer: {why}') from None


GPUS = checked("gpu-request", _gpu, "all", "2", "device=0")
RULES = changed("list", _rule, "c 1:3 rwm", "a *:* r")
