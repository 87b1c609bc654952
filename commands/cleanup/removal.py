"""The removal of what a cleanup planned, one by one by its full id and never by force, each after another look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

import requests
from docker.errors import APIError, DockerException, NotFound

from commands import wire
from commands.cleanup.facts import Thing
from commands.cleanup.memory import Taken
from commands.cleanup.planning import Plan
from commands.context import Context
from commands.engine_errors import answered, daemon
from commands.image import removing
from commands.image.pruning import Image

_BUSY = "images are on their way to this host or from it just now, or another cleanup runs; the next run goes on"
_LOST = "No answer about {}: it may have been done, or not. `cleanup plan` shows what is still there."
_SERVER_ERRORS = 500


class End(StrEnum):
    """What became of one object, as the report says it."""

    REMOVED = "removed"
    GONE = "was gone already"
    KEPT = "stays"
    FAILED = "failed"
    UNKNOWN = "not known: the engine did not answer"
    UNTRIED = "not reached"


@dataclass(frozen=True)
class Fate:
    """An object, what became of it, and why where it is still there; lost are the names that it lost by it."""

    thing: Thing
    end: End
    why: str = ""
    lost: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As the report says it."""
        return f"{self.end}: {self.why}" if self.why else str(self.end)


@dataclass
class Removal:
    """What became of all that was planned, in its order; broken tells of an answer that never came."""

    fates: list[Fate] = field(default_factory=list)
    broken: str = ""

    def count(self, *ends: End) -> int:
        """How many ended so."""
        return sum(fate.end in ends for fate in self.fates)

    @property
    def removed(self) -> list[Thing]:
        """What is gone by it."""
        return [fate.thing for fate in self.fates if fate.end is End.REMOVED]

    def taken(self) -> Iterator[Taken]:
        """What it took, for whoever wants it back: what is gone, and the names that were lost by what stayed."""
        for fate in self.fates:
            found = fate.thing.found
            if fate.end is End.REMOVED or fate.lost:
                tags = tuple(name for name in found.tags if name in fate.lost or fate.end is End.REMOVED)
                digests = tuple(found.details.get("RepoDigests") or ()) if found.kind == "image" else ()
                yield Taken(found.kind, found.id, found.name, found.labels, tags, digests)

    def rest(self, things: Iterable[Thing], end: End, why: str = "") -> None:
        """Note that these were left."""
        self.fates += [Fate(thing, end, why) for thing in things]


def remove(ctx: Context, planned: Plan, enough: Callable[[], str]) -> Removal:
    """Remove it, each in the host's own turn: nothing goes while images are on their way there.

    enough is asked before each one why no more is to go, and says nothing where it may. After a lost answer nothing
    more is begun.
    """
    removal, made = Removal(), dict[str, str]()
    for at, thing in enumerate(planned.remove):
        with ctx.bot.cleanups.turn() as ours:
            if why := enough() if ours else _BUSY:
                removal.rest(planned.remove[at:], End.KEPT, why)
                break
            fate = _fate(ctx, thing, made)
        removal.fates.append(fate)
        if fate.end in {End.UNKNOWN, End.UNTRIED}:
            removal.broken = _LOST.format(thing.found.name) if fate.end is End.UNKNOWN else fate.why
            removal.rest(planned.remove[at + 1 :], End.UNTRIED)
            break
    return removal


def _fate(ctx: Context, thing: Thing, made: dict[str, str]) -> Fate:
    told: list[str] = []
    fate = _attempted(ctx, thing, told, made)
    lost = tuple(line.removeprefix(removing.UNTAGGED) for line in told if line.startswith(removing.UNTAGGED))
    return replace(fate, lost=lost)


def _attempted(ctx: Context, thing: Thing, told: list[str], made: dict[str, str]) -> Fate:
    try:
        reason = _attempt(ctx, thing, told, made)
    except NotFound:
        return Fate(thing, End.GONE)
    except (requests.RequestException, DockerException) as error:
        return _broken(thing, error, told)
    return Fate(thing, End.KEPT, reason) if reason else Fate(thing, End.REMOVED)


def _attempt(ctx: Context, thing: Thing, told: list[str], made: dict[str, str]) -> str:
    """Look once more and remove it; why it stays after all, else empty. told gets what the engine says of an image."""
    if isinstance(thing.way, Image):
        reason = removing.take(ctx.patient, thing.way, told, ctx.visible, made)
        if not reason and f"deleted: {thing.id}" not in told:
            return removing.stayed(told, "the engine kept it")
        return reason
    if thing.way is None:
        raise AssertionError(f"{thing.id} was planned to go and has no way")
    reason = thing.way.stays()
    if not reason:
        thing.way.remove()
    return reason


def _broken(thing: Thing, error: Exception, told: list[str]) -> Fate:
    """What an error means: a refusal is a result, an answer that never came may be anything."""
    if isinstance(error, APIError) and not wire.lost(error):
        failed = error.response is not None and error.status_code >= _SERVER_ERRORS
        why = answered(error) if error.response is None or wire.message(error) else daemon(error)
        return Fate(thing, End.FAILED if failed else End.KEPT, removing.stayed(told, why))
    asked = wire.lost(error) and wire.asked(error)[0] != "GET"
    return (
        Fate(thing, End.UNKNOWN) if asked or told else Fate(thing, End.UNTRIED, f"The engine does not answer: {error}")
    )
