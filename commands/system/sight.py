"""Which events somebody may see: those about objects that they may see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from commands import seen, wire
from commands.container import ls as containers
from commands.context import Context
from commands.image import ls as images
from commands.seen import Seen

# What the engine itself says of an event; all else is a label of what it is about.
_OWN = {"container", "driver", "execDuration", "execID", "exitCode", "image", "name", "signal", "type"}
_UNKNOWN = re.compile(r"sha256:[0-9a-f]{64}|[0-9a-f]{64}")
_RENAMING = {  # after which a list says other names, or other things by the same ones
    ("container", "rename"),
    ("volume", "create"),
    *(("image", action) for action in ("commit", "import", "load", "pull", "tag")),
}
_GONE = {"delete", "destroy", "remove"}
ABSENT = 1000  # ids of a kind that are known to be in no list

Event = Mapping[str, Any]


class Sight:
    """Which events the asker may see: those about objects that the asker may see; lists are asked for when needed.

    What happened to an object that is gone is judged by what the event itself says of it. lasting: they happen now, so
    a list is asked for anew where something comes that is not in it, or what is in it changes its name.
    """

    def __init__(self, ctx: Context, *, lasting: bool = False) -> None:
        self._ctx = ctx
        self._lasting = lasting
        self._lists: dict[str, dict[str, Any]] = {}  # by the kind: what is there, by its id or its name
        self._absent: dict[str, dict[str, None]] = {}

    def shows(self, event: Event) -> bool:
        """Whether the asker may see it; asked in the order in which they happened."""
        kind, action = str(event.get("Type")), str(event.get("Action"))
        if self._lasting and (kind, action) in _RENAMING:
            self._lists.pop(kind, None)
            self._absent.pop(kind, None)
        shown = self._shows(event)
        if self._lasting and action in _GONE:
            self._lists.get(kind, {}).pop(str((event.get("Actor") or {}).get("ID", "")), None)
        return shown

    def _there(self, kind: str, name: str) -> Any:
        """What the list has by this id or name; None where nothing."""
        known, absent = self._lists.get(kind), self._absent.setdefault(kind, {})
        if known is None or (self._lasting and name not in known and name not in absent):
            known = self._lists[kind] = self._list(kind)
        if name not in known:
            absent[name] = None
            if len(absent) > ABSENT:
                del absent[next(iter(absent))]
        return known.get(name)

    def _list(self, kind: str) -> dict[str, Any]:
        client = self._ctx.docker
        match kind:
            case "container":
                listed = wire.get(client, "/containers/json", params={"all": 1})
                return {each["Id"]: containers.visible(self._ctx, each) for each in listed}
            case "image":
                listed = wire.get(client, "/images/json", params={"all": 1})
                tags = ((each, tag) for each in listed for tag in each["RepoTags"] or ())
                named = {tag: self._ctx.visible(seen.image(each, tag)) for each, tag in tags}
                return {**named, **{each["Id"]: images.visible(self._ctx, each) for each in listed}}
            case "network":
                return {each["Id"]: seen.network(each) for each in wire.get(client, "/networks")}
        listed = wire.get(client, "/volumes").get("Volumes") or []
        return {each["Name"]: seen.volume(each) for each in listed}

    def _shows(self, event: Event) -> bool:
        actor = event.get("Actor") or {}
        attributes: Mapping[str, str] = actor.get("Attributes") or {}
        identity, name = str(actor.get("ID", "")), str(attributes.get("name") or actor.get("ID", ""))
        match event.get("Type"):
            case "container":
                shown = self._container(identity, name, attributes) and self._was(identity, attributes)
                return shown and self._committed(event, attributes)
            case "image":
                return self._image(identity, name, attributes)
            case "network":
                return self._network(identity, name, attributes)
            case "volume":
                volume = self._there("volume", identity) or _gone("volume", "", identity, attributes)
                return self._ctx.visible(volume) and self._joined(attributes)
            case "daemon" | "builder" as kind:  # they tell of the whole host
                return self._ctx.visible(Seen(kind, ""))
            case kind:
                return self._ctx.visible(_gone(str(kind), identity, name, attributes))

    def _container(self, identity: str, name: str, attributes: Mapping[str, str]) -> bool:
        known = self._there("container", identity)
        if known is not None and not known:
            return False
        return known or self._ctx.visible(_gone("container", identity, name, attributes))

    def _was(self, identity: str, attributes: Mapping[str, str]) -> bool:
        """Whether the asker may see it by the name that it had before, where it got another one."""
        old = attributes.get("oldName", "").removeprefix("/")
        return not old or self._ctx.visible(_gone("container", identity, old, attributes))

    def _committed(self, event: Event, attributes: Mapping[str, str]) -> bool:
        """Whether the asker may see the image that was made of a container, where that is what happened."""
        identity = attributes.get("imageID", "")
        return event.get("Action") != "commit" or (
            self._there("image", identity) and self._named(identity, attributes.get("imageRef") or identity, {})
        )

    def _image(self, identity: str, name: str, attributes: Mapping[str, str]) -> bool:
        known = self._there("image", identity)
        if known is not None:
            return known and self._named(identity, name, attributes)
        made = identity if _UNKNOWN.fullmatch(identity) else ""  # else it is a name, which may have stood for another
        return not _UNKNOWN.fullmatch(name) and self._ctx.visible(_gone("image", made, name, attributes))

    def _named(self, identity: str, name: str, attributes: Mapping[str, str]) -> bool:
        """Whether the asker may see an image that is there by the name which an event calls it; by its id anyhow."""
        if _UNKNOWN.fullmatch(name) or not _UNKNOWN.fullmatch(identity):  # else the id is the very name
            return True
        known = self._there("image", name)
        told = replace(_gone("image", identity, name, attributes), untold=False)  # of what is there it tells all labels
        return self._ctx.visible(told) if known is None else known

    def _network(self, identity: str, name: str, attributes: Mapping[str, str]) -> bool:
        network = self._there("network", identity) or _gone("network", identity, name, attributes)
        return self._ctx.visible(network) and self._joined(attributes)

    def _joined(self, attributes: Mapping[str, str]) -> bool:
        """Whether the asker may see the container that a network or a volume was given to, or taken from."""
        container = attributes.get("container")
        return container is None or bool(self._there("container", container))


def _gone(kind: str, identity: str, name: str, attributes: Mapping[str, str]) -> Seen:
    """What is in no list any more, by what an event says of it; of a container that is all its labels."""
    labels = {key: value for key, value in attributes.items() if key not in _OWN}
    image, is_container = attributes.get("image", ""), kind == "container"
    return Seen(kind, name, labels, identity, image if is_container else "", untold=not (labels or is_container))
