"""What the engine shows of an object, as the policy judges it: its names, who made it, whether it gives root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot import envelope, own
from bot.binds import Listed
from bot.image_names import ImageNames
from bot.makers import SOMEBODY
from bot.rule import Object
from commands.aftermath import REQUEST
from commands.creation import images
from commands.seen import NAMELESS, Seen, any_volume_id, is_id_of, volume_id
from commands.target import Found, Missing, Target

OWN_CONTAINER = own.own_container()


@dataclass(frozen=True)
class MadeBy:
    """By whom and of which image something was made.

    maker gives who made the object of a full id from chat, empty where nobody did; images is None where no rule that
    restricts goes by an image.
    """

    maker: Callable[[str], str]
    images: ImageNames | None = None

    def of(self, identity: str, labels: Mapping[str, str]) -> str:
        """Who made the object of a full id from chat; without one somebody did, so that its labels give no right.

        So did of what carries our label though nobody is noted, as where the answer that it was made was lost; and of a
        volume where one of its name was made from chat: older engines date one by the last change in it.
        """
        if not identity:
            return SOMEBODY
        is_somebodys = REQUEST in labels or self.maker(any_volume_id(identity))
        return self.maker(identity) or (SOMEBODY if is_somebodys else "")


def one(found: Found, made_by: MadeBy, binds: Listed, sockets: tuple[str, ...]) -> Object:
    """The object by its own name; binds are what the policy allows of them, sockets the paths of the engines."""
    maker = made_by.of(identity(found), found.labels)
    seen = Object(found.kind, found.name, found.labels, protected=found.protected, maker=maker)
    if found.kind != "container" or not found.details:  # of a list: what it may do was not looked at
        return seen
    volumes = [each.details for each in found.volumes]
    return replace(
        seen,
        image=image_of(found),
        protected=own.protected_reason(found.details, OWN_CONTAINER, sockets, volumes),
        root=envelope.root_reason(found.details, volumes, binds),
    )


def identity(found: Found) -> str:
    """The full id by which it is known who made it; empty where that is not known."""
    if found.kind != "volume":
        return found.id
    return volume_id(found.details) if found.details else ""


def image_of(container: Found) -> str:
    """The image that a container was made of, as it was called then."""
    return str((container.details.get("Config") or {}).get("Image") or "")


def all_of(found: Found | Missing, one_of: Callable[[Found], Object], made_by: MadeBy) -> tuple[Object, ...]:
    """The object once for each of its names, its set of labels and its image's names; what is not there has none."""
    if isinstance(found, Missing):
        return (Object(kind=found.target.kind, name=called(found.target), protected=found.protected),)
    judged, *more = by_image(one_of(found), found, made_by)
    names = _names(found, made_by) if found.kind == "image" else (judged.name,)
    by_name = found.kind == "image" and not is_id_of(found.target.ref, found.id)
    return (
        *(replace(judged, name=name, further=by_name and name != names[0]) for name in names),
        *(replace(judged, name=names[0], labels=labels) for labels in found.inherited),
        *more,
    )


def by_image(judged: Object, found: Found, made_by: MadeBy) -> tuple[Object, ...]:
    """The object, and a container that was made by an image's id once more for each name of that image."""
    if made_by.images is None or not is_made_by_id(found):
        return (judged,)
    return (judged, *(replace(judged, image=each) for each in made_by.images.of(str(found.details["Image"]))))


def is_made_by_id(found: Found) -> bool:
    """Whether it is a container for which an image was named by its id."""
    return found.kind == "container" and is_id_of(image_of(found), str(found.details.get("Image") or ""))


def listed(seen: Seen, made_by: MadeBy, protected: str = "") -> tuple[Object, ...]:
    """What a list shows of an object, as all_of() gives it; protected says why nobody may touch it."""
    maker = made_by.of(seen.id, seen.labels)
    facts = (seen.kind, seen.name, seen.labels, protected, "", seen.image, maker)
    judged = Object(*facts, untold=seen.untold, unnamed=seen.unnamed)
    names = made_by.images
    if names is None:
        return (judged,)
    if seen.kind == "image" and (seen.name == NAMELESS or is_id_of(seen.name, seen.id)):
        return (judged, *(replace(judged, name=each) for each in names.of(seen.id)))
    if seen.kind == "container":
        return tuple(replace(judged, image=each) for each in _images(seen, names))
    return (judged,)


def _images(container: Seen, names: ImageNames) -> tuple[str, ...]:
    """What the image of a container is called, once more by each of its names where that is the image's id."""
    identity = container.image_id or (container.image if images.is_id(container.image) else "")
    if not is_id_of(container.image, identity):
        return (container.image,)
    asked = (names.asked(container.id) if container.id else "") or container.image
    return (asked, *(names.of(identity) if is_id_of(asked, identity) else ()))


def called(target: Target) -> str:
    """How a line calls something; an image with the tag that goes without saying."""
    return images.called(target.ref) if target.kind == "image" else target.ref


def _names(image: Found, made_by: MadeBy) -> tuple[str, ...]:
    """All that an image is called; what the line calls it only where that is a name, or it has none.

    One without a name goes by those of the images that were made of it, too. A repository is judged by the line's name
    alone: what it finds of that is judged by itself, by all names.
    """
    if image.target.repository:
        return (called(image.target),)
    tags = tuple(image.details.get("RepoTags") or image.details.get("RepoDigests") or ())
    is_id = is_id_of(image.target.ref, image.id)
    if is_id and tags:
        return tags
    heirs = made_by.images.of(image.id) if is_id and made_by.images is not None else ()
    return tuple(dict.fromkeys((called(image.target), *tags, *heirs)))
