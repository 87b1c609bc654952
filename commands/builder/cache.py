"""What builds keep for later ones: which of it may go, removed one by one by its id, what was made of it first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from commands import gotime, secrets, units, wire
from commands.context import Context
from commands.prunes import KEPT, Going, found
from commands.tabwriter import ellipsis
from commands.timestamps import epoch

HEADER = ("CACHE ID", "TYPE", "SIZE", "LAST USED", "DESCRIPTION")
TITLE = "Deleted build cache objects:"
LOOK = "docker system df -v"
_KEPT_BY_ITSELF = {"internal", "frontend"}  # types that only --all takes
_DESCRIPTION = 40  # columns of what a step did
_FIELDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "id": lambda record: str(record["ID"]),
    "parent": lambda record: str(record.get("Parent") or ""),
    "type": lambda record: str(record.get("Type") or ""),
    "description": lambda record: str(record.get("Description") or ""),
    "inuse": lambda record: str(bool(record.get("InUse"))).lower(),
    "shared": lambda record: str(bool(record.get("Shared"))).lower(),
    "private": lambda record: str(not record.get("Shared")).lower(),
}
_AGES = ("until", "unused-for")
_LABELS = ("label", "label!")  # engines take these and look at no labels; what is kept has none
_NOT_PRUNED = "failed to prune build cache: {}"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Chosen:
    """What is meant: unused for so many seconds, with these values by the names of fields; keep is in bytes."""

    all: bool = False
    unused: float = 0.0
    fields: tuple[tuple[str, str], ...] = ()
    keep: int = 0
    labelled: bool = False  # it means only what has a label, which is nothing

    def takes(self, record: Record, now: float) -> bool:
        """Whether it means a record that nothing uses."""
        if self.labelled or record.get("InUse") or not (self.all or not self._needs_all(record)):
            return False
        last = record.get("LastUsedAt") or record["CreatedAt"]
        recent = self.unused and now - epoch(last, now) < self.unused
        return not recent and all(_FIELDS[name](record) == value for name, value in self.fields)

    def _needs_all(self, record: Record) -> bool:
        return bool(record.get("Shared")) or record.get("Type") in _KEPT_BY_ITSELF


def chosen(filters: Iterable[str], *, all_: bool, keep: int = 0) -> Chosen:
    """What filters (NAME=VALUE) mean; raises ValueError in the engine's words."""
    fields: list[tuple[str, str]] = []
    ages: list[str] = []
    labelled = False
    for each in filter(None, filters):
        name, _, value = each.partition("=")
        if name not in {*_FIELDS, *_AGES, *_LABELS}:
            raise ValueError(_NOT_PRUNED.format(f"Invalid filter '{name}'"))
        ages += [value] if name in _AGES else []
        fields += [(name, value)] if name in _FIELDS else []
        labelled = labelled or name == "label"
    if len(set(ages)) > 1 or len({name for name, _ in fields}) < len(fields):
        raise ValueError(_NOT_PRUNED.format("filters expect only one value"))
    return Chosen(all_, _seconds(ages[0]) if ages else 0.0, tuple(fields), keep, labelled)


def plan(ctx: Context, meant: Chosen) -> list[Going]:
    """What goes, each before what it was made of; what holds something that stays, stays."""
    records: list[Record] = wire.get(ctx.patient, "/system/df").get("BuildCache") or []
    wanted = _beyond(records, meant, ctx.now)
    return [going(ctx, each) for each in ordered(records, {each["ID"] for each in wanted})]


def _seconds(text: str) -> float:
    nanoseconds = gotime.duration(text)
    if nanoseconds is None:
        raise ValueError(
            _NOT_PRUNED.format(
                f"\"until\" filter expects a duration (e.g., '24h'): time: invalid duration {json.dumps(text)}"
            )
        )
    return nanoseconds / gotime.NANOSECONDS


def _beyond(records: Iterable[Record], meant: Chosen, now: float) -> list[Record]:
    """The records that are meant, without those used last that may be kept."""
    held = list(records)
    whole = sum(int(each.get("Size") or 0) for each in held)
    wanted = sorted((each for each in held if meant.takes(each, now)), key=lambda each: each.get("LastUsedAt") or "")
    going: list[Record] = []
    for each in wanted:
        if meant.keep and whole <= meant.keep:
            break
        going.append(each)
        whole -= int(each.get("Size") or 0)
    return going


def ordered(records: Iterable[Record], wanted: set[str]) -> Iterator[Record]:
    """Those that are wanted and can go, each before what it was made of."""
    left = {each["ID"]: each for each in records}
    while True:
        parents = {parent for each in left.values() for parent in _parents(each)}
        free = [each for identity, each in left.items() if identity in wanted and identity not in parents]
        if not free:
            return
        for each in free:
            del left[each["ID"]]
            yield each


def _parents(record: Record) -> list[str]:
    return record.get("Parents") or ([record["Parent"]] if record.get("Parent") else [])


def above(records: Iterable[Record]) -> dict[str, frozenset[str]]:
    """By the id of each record, the ids of those that were made of it."""
    made: dict[str, set[str]] = {str(each["ID"]): set() for each in records}
    for each in records:
        for parent in _parents(each):
            made.setdefault(parent, set()).add(str(each["ID"]))
    return {identity: frozenset(found) for identity, found in made.items()}


def kept(record: Record) -> str:
    """Why a record stays where not all of them are meant; empty where it does not."""
    if record.get("InUse"):
        return "a build uses it"
    if record.get("Shared"):
        return "an image has the same layer"
    return "builds need it whatever they make" if record.get("Type") in _KEPT_BY_ITSELF else ""


def going(ctx: Context, record: Record) -> Going:
    """How a record goes."""
    identity, size = str(record["ID"]), int(record.get("Size") or 0)
    last = record.get("LastUsedAt")
    used = units.ago(ctx.now - epoch(last, ctx.now)) if last else ""
    told = ellipsis(secrets.mask_text(str(record.get("Description") or "")), _DESCRIPTION)

    def stays() -> str:
        """The engine looks itself whether a build uses it by now, and removes nothing then."""
        return ""

    def remove() -> str:
        params: wire.Params = {"all": 1, "filters": json.dumps({"id": [identity]})}
        done = wire.post(ctx.patient, "/build/prune", params=params).json()
        return "" if identity in (done.get("CachesDeleted") or ()) else KEPT

    row = (identity, str(record.get("Type") or ""), units.size(size), used, told)
    freed = 0 if record.get("Shared") else size
    return Going(found("builder", identity, identity, {}), row, identity, freed, stays, remove)
