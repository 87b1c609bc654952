"""What became of a line whose end nobody heard of: told by looking at the engine, never by doing it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from docker.api.client import APIClient
from docker.errors import NotFound

from commands import wire
from commands.seen import own_name
from commands.timestamps import epoch

OWN = "slashdock."  # what the names of the labels begin with that nobody but slashdock sets
REQUEST = f"{OWN}request"  # the label of what was made from chat: the number of the action
MARGIN = 30.0  # seconds by which the engine's clock may differ from ours
FRESH = 600.0  # seconds for which what is not there was never made; later, somebody may have removed it


class End(StrEnum):
    """What became of one object: it was done; it was not, so far; that cannot be told."""

    DONE = "done"
    UNDONE = "undone"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Fate:
    """What became of one object, and the sentence of what was found, without a full stop.

    wait is for how many seconds a container may still be given to end, where it is not done. code is the exit code of
    what ran, None where nothing ended.
    """

    end: End
    told: str
    wait: float = 0.0
    code: int | None = None


@dataclass(frozen=True)
class Meant:
    """An object as the intent names it; id is empty where it was still to be made.

    was are those of its times, by the engine's names of them, as they stood before.
    """

    kind: str
    name: str
    id: str = ""
    was: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """How a sentence calls it: "container web"."""
        return f"{self.kind} {self.name}"

    def done(self, found: str, code: int | None = None) -> Fate:
        """It was done, as what was found says of it."""
        return Fate(End.DONE, f"{self} {found}", code=code)

    def undone(self, found: str, wait: float = 0.0) -> Fate:
        """It was not, as what was found says of it."""
        return Fate(End.UNDONE, f"{self} {found}", wait)

    def untold(self, found: str) -> Fate:
        """What was found of it does not tell."""
        return Fate(End.UNKNOWN, f"{self} {found}")


@dataclass(frozen=True)
class Made:
    """An object that carries the label of an action, and when it was made, in epoch seconds of the engine."""

    id: str
    name: str
    created: float


@dataclass(frozen=True)
class Past:
    """An action, its intent as it was written down, and the engine as it is now.

    at is when it was intended, now the moment of the look, both in epoch seconds of our clock. made are the ids that
    were noted as made by it, noted is what else was noted while it was done. quick raises what Context.quick raises.
    """

    number: int
    at: float
    now: float
    objects: tuple[Meant, ...]
    quick: Callable[[], APIClient]
    made: tuple[str, ...] = ()
    noted: Mapping[str, str] = field(default_factory=dict)

    @property
    def docker(self) -> APIClient:
        """The engine."""
        return self.quick()

    def there(self, *kinds: str) -> list[Meant]:
        """What was there already of these kinds, in the order of the line; of all where none is said."""
        return [each for each in self.objects if each.id and each.kind in (kinds or {each.kind})]

    def named(self, kind: str, name: str) -> Meant:
        """The object that was to have this name, whether another had it then or not."""
        held = (each for each in self.objects if (each.kind, each.name) == (kind, name))
        return next(held, Meant(kind, name))

    def inspect(self, kind: str, identity: str) -> Mapping[str, Any] | None:
        """The object as it is now, None where it is gone."""
        look = getattr(self.docker, f"inspect_{kind}")
        try:
            found: Mapping[str, Any] = look(identity)
        except NotFound:
            return None
        return found

    def changed(self, now: str, was: str) -> bool | None:
        """Whether one of the engine's times is another one than before; None where that cannot be told.

        This needs no clock, but where it changed between the look and the intent: then it is dated before that.
        """
        if not was:
            return None
        if now == was:
            return False
        return None if self.is_before(now) else True

    def is_before(self, moment: str) -> bool:
        """Whether a time of the engine lies clearly before the intent, however the clocks differ."""
        return epoch(moment, self.now) < self.at - MARGIN

    def labelled(self, kind: str) -> list[Made]:
        """The containers, networks or volumes that carry this action's label and were not made clearly before it."""
        params: wire.Params = {"filters": json.dumps({"label": [f"{REQUEST}={self.number}"]})}
        listed = _listed(self.docker, kind, params)
        return [each for each in listed if each.created >= self.at - MARGIN]

    def absent(self, meant: Meant) -> Fate:
        """What is told where nothing is found that it made."""
        if self.made:
            return meant.untold("was made, and is gone by now")
        if self.now - self.at < FRESH:
            return meant.undone("is not there")
        return meant.untold("is not there: it was never made, or somebody removed it meanwhile")


UNCHANGED = (Fate(End.UNDONE, "it was not answered, and changes nothing"),)


def untold(why: str) -> tuple[Fate]:
    """What is told of a verb that leaves nothing to be looked at."""
    return (Fate(End.UNKNOWN, why),)


def traced(number: int) -> Mapping[str, str]:
    """The labels by which what an action makes is found though its answer was lost."""
    return {REQUEST: str(number)}


def _listed(client: APIClient, kind: str, params: wire.Params) -> Iterator[Made]:
    match kind:
        case "container":
            for each in wire.get(client, "/containers/json", params={**params, "all": 1}):
                yield Made(each["Id"], own_name(each.get("Names") or [each["Id"]]), float(each["Created"]))
        case "network":
            for each in wire.get(client, "/networks", params=params):
                yield Made(each["Id"], each["Name"], epoch(each["Created"], 0))
        case "volume":
            for each in wire.get(client, "/volumes", params=params)["Volumes"] or ():
                yield Made(each["Name"], each["Name"], epoch(each.get("CreatedAt") or "0", 0))
