"""What the record keeps of an object."""

from __future__ import annotations

import logging
from collections.abc import Container, Iterable, Mapping
from typing import Any

import requests
from docker.errors import DockerException

from bot import objects
from bot.besides import Looked, as_made
from bot.hosts import Host
from bot.judging import Judged
from bot.objects import called
from bot.policy import Object
from commands.mounted import UNTOLD
from commands.secrets import mask_object
from commands.seen import Seen, is_id_of
from commands.target import Found, Missing, Target

LABELS, LABEL = 64, 256  # labels of an object that the record keeps, and characters of a name or value
_TIMES = {"container": ("StartedAt", "FinishedAt"), "volume": ("CreatedAt",)}
_DIGEST = "sha256:"  # how the ids of images begin, and of nothing else that is made
COMPOSE = "com.docker.compose."

log = logging.getLogger(__name__)


def describe(found: Found) -> dict[str, Any]:
    """What the record keeps of an object that a line named; its labels say later who may read of it.

    "cut" is there where that is not all of them as they are, "inherited" where it was judged by others as well; "image"
    is None where the container was made by an id, which tells no rule what it is; "names" are
    others that an image has, "identity" is a volume's full id.
    """
    told = {"kind": found.kind, "id": found.id, "name": found.name, **_labelled(found.labels, *found.inherited)}
    if found.kind == "container":
        told["image"] = None if objects.is_made_by_id(found) else objects.image_of(found)
    tags = found.details.get("RepoTags") or found.details.get("RepoDigests") or ()
    if found.kind == "image" and (names := [each for each in tags if each != found.name]):
        told["names"] = names
    if found.kind == "volume":
        told |= {"identity": objects.identity(found), **({"cut": True} if found.details.get(UNTOLD) else {})}
    return told


def glimpsed(seen: Seen) -> dict[str, Any]:
    """The same of an object of a list."""
    told = {"kind": seen.kind, "id": seen.id, "name": seen.name, "image": seen.image, **_labelled(seen.labels)}
    return told | {"identity": seen.id} if seen.kind == "volume" else told


def identity(told: Mapping[str, Any]) -> str:
    """The full id of an object of the record, by which it is known who made it; empty where that is not known."""
    return str(told.get("identity") or ("" if told["kind"] == "volume" else told["id"]))


def described(judged: Judged, more: Iterable[Found] = ()) -> list[dict[str, Any]]:
    """All that a line is about: what is there, what it finds by itself, and what it makes, which has no id yet."""
    there = [each for each in judged.found.values() if isinstance(each, Found)]
    found = tuple(more)
    missing = (each.target for each in judged.found.values() if isinstance(each, Missing))
    named = (each for each in judged.command.targets() if each.repository)
    made = {(each.kind, called(each)) for each in (*missing, *named) if each.made and not each.alias}
    made -= {(each.kind, each.name) for each in found}
    if judged.command.makes() is not None and not any(kind == "container" for kind, _ in made):
        made.add(("container", ""))  # the engine chooses its name
    new = as_made(judged.command, (Object(*each) for each in sorted(made)), judged.found)
    changes = judged.command.spec.permission.changes
    kept = [{**describe(each), **(_before(each) if changes else {})} for each in (*there, *found)]
    return [*kept, *(_made(each, judged.found) for each in new if (each.kind, each.name) in made)]


def arrived(host: Host, names: Iterable[str], made: Iterable[str], before: Container[str]) -> list[dict[str, Any]]:
    """The images that have these names or ids now, but for those of ids before: nobody knew their labels until now.

    All else that a line makes has the labels of the line and of an image, which are known.
    """
    targets = [Target("image", each) for each in (*names, *(each for each in made if each.startswith(_DIGEST)))]
    try:
        found = host.resolve(targets)
        new = {each.id: each for each in reversed(found.values()) if isinstance(each, Found) and each.id not in before}
        return [describe(each) for each in new.values()]  # each by the first of its names, which knows the others
    except (requests.RequestException, DockerException, KeyboardInterrupt):  # what was done is written down even so
        return []
    except Exception:  # whatever an engine tells of them: the outcome is owed, and the doubts behind it are looked at
        log.exception("what came of it at %s could not be described", host.name)
        return []


def mounted(found: Iterable[Found | Missing], text: str) -> list[dict[str, Any]]:
    """Those of the volumes of containers that a text names."""
    volumes = (volume for each in found if isinstance(each, Found) for volume in each.volumes)
    return [describe(each) for each in volumes if each.name in text]


def _made(new: Object, found: Looked) -> dict[str, Any]:
    """Of what a line makes; its labels are those of the line, and of the image where it is a container."""
    told = {"kind": new.kind, "id": "", "name": new.name, **_labelled(new.labels)}
    if new.kind != "container":
        return told
    images = (each for each in found.values() if isinstance(each, Found) and each.kind == "image")
    by_id = any(each.target.ref == new.image and is_id_of(new.image, each.id) for each in images)
    return told | {"image": None if by_id else new.image}


def _labelled(*sets: Mapping[str, str]) -> dict[str, Any]:
    """Its labels, and the others by which it was judged, as far as the record keeps them."""
    first, *rest = kept = [mask_object(_kept(each)) for each in sets]
    told = {"labels": first, **({"inherited": rest} if rest else {})}
    return told if [dict(each) for each in sets] == kept else told | {"cut": True}


def _before(found: Found) -> dict[str, dict[str, str]]:
    """Those of its times, before anything is done, that tell later whether it was."""
    facts = {**found.details, **(found.details.get("State") or {})}
    was = {name: str(facts[name]) for name in _TIMES.get(found.kind, ()) if facts.get(name)}
    return {"was": was} if was else {}


def _kept(labels: Mapping[str, str]) -> dict[str, str]:
    """So much of the labels that a container with megabytes of them does not fill the record; Compose's come first."""
    ordered = sorted(labels, key=lambda name: (not name.startswith(COMPOSE), name))
    return {name[:LABEL]: str(labels[name])[:LABEL] for name in ordered[:LABELS]}
