"""What the names of a line stand for at an engine: full ids, and never what only looks like a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError, NotFound
from docker.utils import version_gte

from commands import distant, naming
from commands.engine_errors import answered
from commands.seen import own_name
from commands.target import Found, Missing, Target

# Names that are told as ambiguous where another's id begins so: what docker shows of an id has twelve digits. A shorter
# one is nobody's id to be meant by accident, and who may name containers could else get in the way of every "db".
_SHORT_ID = re.compile(r"[0-9a-f]{12,64}")
_PLAIN_SINCE = "1.42"  # the API version from which the reason stands alone
_SHOWN = 20  # digits of an id: more than the twelve that a name may copy
_WORD = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_IMAGE = re.compile(r"[a-zA-Z0-9][\w.:-]*(/[\w][\w.-]*)*(:[\w][\w.-]*)?(@\w+:[0-9a-f]+)?", re.ASCII)

Barred = Callable[[Found], bool]  # whether the line may not be about it


def none(_found: Found) -> bool:
    """Nothing is barred."""
    return False


class Engine:
    """An engine while the names of one line are looked up: it is asked for each of its lists at most once."""

    def __init__(self, quick: Callable[[], APIClient]) -> None:
        self._quick = quick

    @property
    def client(self) -> APIClient:
        """The client for what is about one name; raises EngineDown."""
        return self._quick()

    @cached_property
    def containers(self) -> list[dict[str, Any]]:
        """All containers."""
        return list(self.client.containers(all=True))

    @cached_property
    def images(self) -> list[dict[str, Any]]:
        """All images."""
        return list(self.client.images(all=True))

    @cached_property
    def networks(self) -> list[dict[str, Any]]:
        """All networks."""
        return list(self.client.networks())


def look(engine: Engine, target: Target, barred: Barred) -> Found:
    """The object; raises the engine's APIError, or one in its words where it could be misunderstood.

    Of any kind: the first that is not barred, as if that were not there, or the first where all are.
    """
    if target.kind in distant.KINDS:
        return distant.look(engine.client, target)
    if target.kind != "any":
        return _LOOKS[target.kind](engine, target)
    passed = []
    for each in _LOOKS.values():
        try:
            found = each(engine, target)
            if not barred(found):
                return found
            passed.append(found)
        except APIError as error:
            if not isinstance(error, NotFound) and error.status_code != requests.codes.bad_request:
                raise
    other = distant.search(engine.client, target)
    if other is not None and not (passed and barred(other)):
        return other
    if passed:
        return passed[0]
    raise NotFound(f"No such object: {target.ref}", explanation=f"No such object: {target.ref}")


def is_ambiguous(missing: Missing) -> bool:
    """Whether the engine, or we, found several objects: saying so tells that they are there."""
    text = answered(missing.error).lower()
    return "ambiguous" in text or "multiple ids" in text


def _container(engine: Engine, target: Target) -> Found:
    # Only a word that can be a name or an id may stand in a path: docker-py lets "../images/x" out of its segment.
    if not _WORD.fullmatch(target.ref):
        raise _none("container", target.ref)
    client = engine.client
    details = client.inspect_container(_holder(client, target.ref) if target.made else target.ref)
    name = details["Name"].removeprefix("/")
    is_name = not details["Id"].startswith(target.ref)
    if is_name and _SHORT_ID.fullmatch(target.ref) and not target.made:  # a name that may shadow an id
        others = [(each["Id"], each["Names"]) for each in engine.containers]
        _refuse_shadow("container", target.ref, details["Id"], others)
    return Found(target, "container", details["Id"], name, details["Config"].get("Labels") or {}, details)


def _holder(client: APIClient, name: str) -> str:
    """The id of the container that has a name which is to be given: that very one, never the beginning of an id.

    Or one that differs in capitals alone, for on networks the two are one name.
    """
    bare = name.removeprefix("/")
    found = client.containers(all=True, filters={"name": f"(?i)^/{re.escape(bare)}$"})
    exact = [each for each in found if own_name(each["Names"]) == bare]
    for each in (*exact, *found):
        return str(each["Id"])
    raise _none("container", name)


def _image(engine: Engine, target: Target) -> Found:
    if not _IMAGE.fullmatch(target.ref):
        raise _no_image(engine.client, target.ref)
    details = engine.client.inspect_image(target.ref)
    if _SHORT_ID.fullmatch(target.ref) and not _digits(details["Id"]).startswith(target.ref):
        others = [(each["Id"], each.get("RepoTags") or ()) for each in engine.images]
        _refuse_shadow("image", target.ref, details["Id"], others)
    labels = (details.get("Config") or {}).get("Labels") or {}
    return Found(target, "image", details["Id"], target.ref, labels, details)


def _network(engine: Engine, target: Target) -> Found:
    listed = engine.networks
    named = [each for each in listed if each["Name"] == target.ref != each["Id"]]
    if len(named) == 1 and _SHORT_ID.fullmatch(target.ref) and not target.made:
        _refuse_shadow("network", target.ref, named[0]["Id"], [(each["Id"], [each["Name"]]) for each in listed])
    matches = (
        [each for each in listed if each["Id"] == target.ref]
        or [each for each in listed if each["Name"] == target.ref]
        or [each for each in listed if target.ref and not target.made and each["Id"].startswith(target.ref)]
    )
    if not matches:
        raise NotFound("", explanation=f"network {target.ref} not found")
    if len(matches) > 1:
        raise APIError("", explanation=f"network {target.ref} is ambiguous ({len(matches)} matches found on name)")
    details = engine.client.inspect_network(matches[0]["Id"])
    return Found(target, "network", details["Id"], details["Name"], details.get("Labels") or {}, details)


def _volume(engine: Engine, target: Target) -> Found:
    if not _WORD.fullmatch(target.ref) or target.ref.startswith("/"):
        raise NotFound("", explanation=f"get {target.ref}: no such volume")
    details = engine.client.inspect_volume(target.ref)
    return Found(target, "volume", details["Name"], details["Name"], details.get("Labels") or {}, details)


_LOOKS: Mapping[str, Callable[[Engine, Target], Found]] = {
    "container": _container,
    "image": _image,
    "network": _network,
    "volume": _volume,
}
KINDS = tuple(_LOOKS)  # in the order in which docker inspect looks for a name


def _refuse_shadow(kind: str, ref: str, found: str, others: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Refuse a name that is the beginning of another's id: docker would take the name, whoever meant the id."""
    shadowed = [(id_, names) for id_, names in others if id_ != found and _digits(id_).startswith(ref)]
    if shadowed:
        id_, names = shadowed[0]
        other = names[0].removeprefix("/") if names else "without a name"
        text = (
            f"{ref} is ambiguous: it is the name of {kind} {_digits(found)[:_SHOWN]} and the beginning of the id of"
            f" {kind} {_digits(id_)[:_SHOWN]} ({other}). Write more digits of the id that you mean."
        )
        raise APIError(text, explanation=text)


def _digits(id_: str) -> str:
    return id_.removeprefix("sha256:")


def _no_image(client: APIClient, ref: str) -> NotFound:
    """What the engine says of a word that can be no image, where it would be asked about that at all."""
    try:
        naming.normalized(ref)
    except ValueError as error:
        before = "" if version_gte(client.api_version, _PLAIN_SINCE) else f"no such image: {ref}: "
        if "/" not in ref and ref:
            return NotFound("", explanation=f"{before}{error}")
    return _none("image", ref)


def _none(kind: str, ref: str) -> NotFound:
    return NotFound(f"No such {kind}: {ref}", explanation=f"No such {kind}: {ref}")
