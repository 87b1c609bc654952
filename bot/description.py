"""What the record keeps of an object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot import objects
from bot.judging import Judged
from bot.objects import called, is_id_of
from commands.context import Found, Missing
from commands.secrets import mask_object
from commands.seen import Seen

LABELS, LABEL = 64, 256  # labels of an object that the record keeps, and characters of a name or value
_TIMES = {"container": ("StartedAt", "FinishedAt"), "volume": ("CreatedAt",)}
COMPOSE = "com.docker.compose."


def describe(found: Found) -> dict[str, Any]:
    """What the record keeps of an object that a line named; its labels say later who may read of it.

    "cut" is there where that is not all of them as they are, "inherited" where it was judged by others as well; "image"
    is None where the container was made by an id, which tells no rule what it is.
    """
    sets = (found.labels, *found.inherited)
    first, *rest = kept = [mask_object(_kept(each)) for each in sets]
    told = {"kind": found.kind, "id": found.id, "name": found.name, "labels": first}
    if found.kind == "container":
        told["image"] = None if objects.is_made_by_id(found) else objects.image_of(found)
    if rest:
        told["inherited"] = rest
    return told if [dict(each) for each in sets] == kept else told | {"cut": True}


def glimpsed(seen: Seen) -> dict[str, Any]:
    """The same of an object of a list."""
    labels = mask_object(_kept(seen.labels))
    told = {"kind": seen.kind, "id": seen.id, "name": seen.name, "labels": labels, "image": seen.image}
    return told if dict(seen.labels) == labels else told | {"cut": True}


def described(judged: Judged, more: Iterable[Found] = ()) -> list[dict[str, Any]]:
    """All that a line is about: what is there, what it finds by itself, and what it makes, which has no id yet."""
    there = [each for each in judged.found.values() if isinstance(each, Found)]
    missing = (each.target for each in judged.found.values() if isinstance(each, Missing))
    made = {(each.kind, called(each)) for each in missing if each.made and not each.alias}
    if judged.command.makes() is not None and not any(kind == "container" for kind, _ in made):
        made.add(("container", ""))  # the engine chooses its name
    image = str((judged.command.makes() or {}).get("Image") or "")
    by_id = any(each.kind == "image" and each.target.ref == image and is_id_of(image, each.id) for each in there)
    of: Mapping[str, Mapping[str, Any]] = {"container": {"image": None if by_id else image}}
    new = ({"kind": kind, "id": "", "name": name, "labels": {}, **of.get(kind, {})} for kind, name in sorted(made))
    changes = judged.command.spec.permission.changes
    kept = [{**describe(each), **(_before(each) if changes else {})} for each in (*there, *more)]
    return [*kept, *new]


def _before(found: Found) -> dict[str, dict[str, str]]:
    """Those of its times, before anything is done, that tell later whether it was."""
    facts = {**found.details, **(found.details.get("State") or {})}
    was = {name: str(facts[name]) for name in _TIMES.get(found.kind, ()) if facts.get(name)}
    return {"was": was} if was else {}


def _kept(labels: Mapping[str, str]) -> dict[str, str]:
    """So much of the labels that a container with megabytes of them does not fill the record; Compose's come first."""
    ordered = sorted(labels, key=lambda name: (not name.startswith(COMPOSE), name))
    return {name[:LABEL]: str(labels[name])[:LABEL] for name in ordered[:LABELS]}
