"""An object of one of the engine's lists, as far as it decides who may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from docker.utils import version_gte

ALIVE = frozenset({"running", "paused", "restarting"})  # states of a container
BUILT_IN = frozenset({"bridge", "host", "none"})  # networks that every engine has by itself
PREDEFINED = BUILT_IN | {"ingress", "docker_gwbridge"}  # the same with those of a swarm
NAMELESS = "<none>:<none>"  # an image without a name, in lists
_DATED_SINCE = "1.42"  # the API version from which a volume is dated by its making; before, by the last change in it


@dataclass(frozen=True)
class Seen:
    """Its kind, name and labels; its full id where the list tells it, and of a container the name and id of its image.

    The id of a volume is what volume_id() makes of it. untold: which labels it has is not known; unnamed: what the
    image of a container is called is not, for only its id is.
    """

    kind: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    image: str = ""
    image_id: str = ""
    untold: bool = False
    unnamed: bool = False

    @property
    def is_by_id(self) -> bool:
        """Whether its image is told by the id in place of a name, as lists do where the name is another one's now."""
        return self.image.startswith("sha256:") or is_id_of(self.image, self.image_id)


Visible = Callable[[Seen], bool]


def container(listed: Mapping[str, Any]) -> Seen:
    """A container of the engine's list, by its own name."""
    identity, image_name = str(listed.get("Id") or ""), str(listed.get("Image") or "")
    name = own_name(listed.get("Names") or [identity])
    return Seen("container", name, listed.get("Labels") or {}, identity, image_name, str(listed.get("ImageID") or ""))


def is_id_of(word: str, identity: str) -> bool:
    """Whether a word is this id, which may be cut short."""
    digits = word.removeprefix("sha256:")
    return digits != "" and identity.removeprefix("sha256:").startswith(digits)


def image(listed: Mapping[str, Any], name: str) -> Seen:
    """An image of the engine's list, by one of its names."""
    return Seen("image", name, listed.get("Labels") or {}, str(listed.get("Id") or ""))


def network(listed: Mapping[str, Any]) -> Seen:
    """A network of the engine's list."""
    return Seen("network", str(listed["Name"]), listed.get("Labels") or {}, str(listed.get("Id") or ""))


def volume(listed: Mapping[str, Any]) -> Seen:
    """A volume of the engine's list; its name is its id."""
    return Seen("volume", str(listed["Name"]), listed.get("Labels") or {}, volume_id(listed))


def volume_id(details: Mapping[str, Any]) -> str:
    """What tells a volume from a later one of the same name: the engine itself gives it no id."""
    return f"{details.get('Name')} {details.get('CreatedAt') or ''}"


def any_volume_id(identity: str) -> str:
    """What volume_id() gives of all volumes of the same name alike; empty where this is no volume's."""
    name, space, _ = identity.partition(" ")
    return f"{name}{space}" if space else ""


def is_dated(api_version: str) -> bool:
    """Whether an engine that speaks this tells when a volume was made."""
    return bool(version_gte(api_version, _DATED_SINCE))


def lasting(volume_details: Mapping[str, Any], api_version: str) -> dict[str, Any]:
    """What stays as it is while a volume is the same one, as far as an engine that speaks this tells."""
    facts = {"Driver": volume_details.get("Driver")}
    facts |= {key: volume_details.get(key) or {} for key in ("Options", "Labels")}
    return facts | ({"CreatedAt": volume_details.get("CreatedAt")} if is_dated(api_version) else {})


def own_name(names: Iterable[str]) -> str:
    """A container's own name of those that the engine lists, "/web" and "/other/alias": the one that is no link's."""
    bare = [name.removeprefix("/") for name in names]
    return next((name for name in bare if "/" not in name), bare[0] if bare else "")
