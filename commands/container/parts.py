"""What a verb does to a container besides, by the state that it is in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from commands import mounted
from commands.command import Also
from commands.target import Found, Missing

Parts = Mapping[str, Callable[[Found], tuple[Found, ...]]]  # the other verb, and what of a container it is done to


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


def _itself(concerns: Callable[[Found], bool]) -> Callable[[Found], tuple[Found, ...]]:
    return lambda found: (found,) if concerns(found) else ()


def _left(found: Found) -> tuple[Found, ...]:
    """The volumes that the engine removes with it."""
    return mounted.belonging(found) if _goes(found) else ()


ENDING: Parts = {"container rm": _itself(_goes), "volume rm": _left}
RESTARTING: Parts = {"container start": _itself(_rests), "container unpause": _itself(_is_paused)}
FORCING: Parts = {"container kill": _itself(_runs)}
PAUSING: Parts = {"container pause": _itself(_is_awake), "container unpause": _itself(_is_awake)}
TOLD: Mapping[str, str] = {  # what nobody would expect of that, in words, and whatever state it is in meanwhile
    "container rm": "is removed once it ends",
    "volume rm": "is removed with its container",
}


def of(parts: Parts, found: Iterable[Found | Missing]) -> Iterable[Also]:
    """Those parts, each with what it is done to of the line's containers and their volumes."""
    for verb, done_to in of_each(parts, found).items():
        yield Also(verb, tuple(each.target for each in done_to), part=True)


def of_each(parts: Parts, found: Iterable[Found | Missing]) -> dict[str, tuple[Found, ...]]:
    """The same by verb, as they were found."""
    there = [each for each in found if isinstance(each, Found) and each.kind == "container"]
    return {verb: tuple(one for each in there for one in done_to(each)) for verb, done_to in parts.items()}
