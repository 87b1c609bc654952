"""The removal of what a cleanup planned, one by one by its full id and never by force, each after another look."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

import requests
from docker.errors import APIError, DockerException, NotFound

from commands import wire
from commands.attempts import Refusal
from commands.cleanup.facts import Thing
from commands.cleanup.memory import Taken
from commands.cleanup.planning import Plan
from commands.context import Context
from commands.engine_errors import answered, daemon
from commands.image import removing
from commands.image.pruning import Image
from commands.prunes import KEPT

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
    """An object, what became of it, and why where it is still there; lost are the names that it lost by it.

    astray is the id of another image that the engine removed in its place.
    """

    thing: Thing
    end: End
    why: str = ""
    lost: tuple[str, ...] = ()
    astray: str = ""

    @property
    def taken(self) -> Taken | None:
        """What it took, for whoever wants it back: all, or the names that were lost; what nobody knows may be gone."""
        found, gone = self.thing.found, self.end in {End.REMOVED, End.UNKNOWN}
        if not (gone or self.lost):
            return None
        tags = tuple(name for name in found.tags if gone or name in self.lost)
        digests = tuple(found.details.get("RepoDigests") or ()) if found.kind == "image" else ()
        return Taken(found.kind, found.id, found.name, found.labels, tags, digests)

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

    @property
    def touched(self) -> tuple[str, ...]:
        """The ids of what is gone by it, and of what only lost names."""
        meant = tuple(fate.thing.id for fate in self.fates if fate.end is End.REMOVED or fate.lost)
        return meant + tuple(fate.astray for fate in self.fates if fate.astray)

    @property
    def lost(self) -> bool:
        """Whether something stays that lost a name which it can have again."""
        stays = (fate for fate in self.fates if fate.end in {End.KEPT, End.FAILED})
        return any({*fate.lost} & {*fate.thing.found.tags} for fate in stays)

    def rest(self, things: Iterable[Thing], end: End, why: str = "") -> None:
        """Note that these were left."""
        self.fates += [Fate(thing, end, why) for thing in things]


def remove(ctx: Context, planned: Plan, enough: Callable[[], str]) -> Removal:
    """Remove it, each in the host's own turn: nothing goes while images are on their way there.

    enough is asked before each one why no more is to go, and says nothing where it may. Each is written down before it
    goes, and again as it went. After a lost answer, and where that cannot be written, nothing more is begun.
    """
    removal, made = Removal(), dict[str, str]()
    for at, thing in enumerate(planned.remove):
        try:
            with ctx.bot.cleanups.turn() as ours:
                if why := enough() if ours else _BUSY:
                    removal.rest(planned.remove[at:], End.KEPT, why)
                    break
                _taken(ctx, at, thing, removal, made)
        except Refusal as refusal:
            removal.broken = removal.broken or str(refusal)
        if removal.broken:
            removal.rest(planned.remove[len(removal.fates) :], End.UNTRIED)
            break
    return removal


def _taken(ctx: Context, at: int, thing: Thing, removal: Removal, made: dict[str, str]) -> None:
    """Take one; raises Refusal where that cannot be written down."""
    meant = Fate(thing, End.UNKNOWN).taken
    ctx.bot.cleanups.taking(at, meant)
    fate = _fate(ctx, thing, made)
    removal.fates.append(fate)
    if fate.end in {End.UNKNOWN, End.UNTRIED}:
        removal.broken = _LOST.format(thing.found.name) if fate.end is End.UNKNOWN else fate.why
    if fate.taken != meant:
        ctx.bot.cleanups.taking(at, fate.taken)
    if fate.astray:
        ctx.bot.cleanups.taking(-1 - at, Taken("image", fate.astray, fate.astray, {}))


def _fate(ctx: Context, thing: Thing, made: dict[str, str]) -> Fate:
    told: list[str] = []
    fate = _attempted(ctx, thing, told, made)
    lost = tuple(line.removeprefix(removing.UNTAGGED) for line in told if line.startswith(removing.UNTAGGED))
    astray = removing.astray(thing.id, told)
    return replace(fate, end=End.FAILED if astray else fate.end, lost=lost, astray=astray)


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
        reason = removing.take(ctx.patient, thing.way, told, ctx.sees, made)
        if not reason and f"{removing.DELETED}{thing.id}" not in told:
            return removing.stayed(told, KEPT)
        return reason
    if thing.way is None:
        raise AssertionError(f"{thing.id} was planned to go and has no way")
    return thing.way.stays() or thing.way.remove()


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
