"""What the engine shows of an object, as the policy judges it: its names, who made it, whether it gives root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot import envelope, own
from bot.binds import Listed
from bot.rule import Object
from commands.context import Found, Missing, Target
from commands.creation import images
from commands.seen import volume_id

OWN_CONTAINER = own.own_container()

MadeBy = Callable[[str], str]  # the full id of an object -> who made it from chat, empty where nobody did


def one(found: Found, made_by: MadeBy, binds: Listed, sockets: tuple[str, ...]) -> Object:
    """The object by its own name; binds are what the policy allows of them, sockets the paths of the engines."""
    identity = volume_id(found.details) if found.kind == "volume" else found.id
    seen = Object(found.kind, found.name, found.labels, protected=found.protected, maker=made_by(identity))
    if found.kind != "container" or not found.details:  # of a list: what it may do was not looked at
        return seen
    return replace(
        seen,
        image=image_of(found),
        protected=own.protected_reason(found.details, OWN_CONTAINER, sockets),
        root=envelope.root_reason(found.details, [each.details for each in found.volumes], binds),
    )


def image_of(container: Found) -> str:
    """The image that a container was made of, as it was called then."""
    return str((container.details.get("Config") or {}).get("Image") or "")


def all_of(found: Found | Missing, one_of: Callable[[Found], Object]) -> tuple[Object, ...]:
    """The object once for each of its names, and each set of labels; what is not there has neither."""
    if isinstance(found, Missing):
        return (Object(kind=found.target.kind, name=called(found.target), protected=found.protected),)
    judged = one_of(found)
    names = _names(found) if found.kind == "image" else (judged.name,)
    return (
        *(replace(judged, name=name) for name in names),
        *(replace(judged, name=names[0], labels=labels) for labels in found.inherited),
    )


def called(target: Target) -> str:
    """How a line calls something; an image with the tag that goes without saying."""
    return images.called(target.ref) if target.kind == "image" else target.ref


def _names(image: Found) -> tuple[str, ...]:
    """All that an image is called; what the line calls it only where that is a name, or it has none."""
    tags = tuple(image.details.get("RepoTags") or image.details.get("RepoDigests") or ())
    is_id = image.id.removeprefix("sha256:").startswith(image.target.ref.removeprefix("sha256:"))
    return tags if tags and is_id else tuple(dict.fromkeys((called(image.target), *tags)))
