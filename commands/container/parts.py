"""What a verb does to a container besides, by the state that it is in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from commands.command import Also
from commands.target import Found, Missing

Parts = Mapping[str, Callable[[Found], bool]]  # the other verb, and of which containers it is a part


def _state(found: Found, name: str) -> bool:
    state: Mapping[str, Any] = found.details.get("State") or {}
    return bool(state.get(name))


def _runs(found: Found) -> bool:
    return _state(found, "Running")


def _rests(found: Found) -> bool:
    return not _runs(found)


def _is_paused(found: Found) -> bool:
    return _state(found, "Paused")


def _is_awake(found: Found) -> bool:
    return _runs(found) and not _is_paused(found)


def _goes(found: Found) -> bool:
    """Whether the engine removes it as soon as it ends, as `run --rm` asks."""
    return bool((found.details.get("HostConfig") or {}).get("AutoRemove"))


ENDING: Parts = {"container rm": _goes}
RESTARTING: Parts = {"container start": _rests, "container unpause": _is_paused}
FORCING: Parts = {"container kill": _runs}
PAUSING: Parts = {"container pause": _is_awake, "container unpause": _is_awake}


def of(parts: Parts, found: Iterable[Found | Missing]) -> Iterable[Also]:
    """Those parts, each with the containers of the line that it is done to."""
    for verb, targets in of_each(parts, found).items():
        yield Also(verb, tuple(each.target for each in targets), part=True)


def of_each(parts: Parts, found: Iterable[Found | Missing]) -> dict[str, tuple[Found, ...]]:
    """The same by verb, as they were found."""
    there = [each for each in found if isinstance(each, Found) and each.kind == "container"]
    return {verb: tuple(filter(concerns, there)) for verb, concerns in parts.items()}
