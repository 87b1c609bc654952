"""What the container that slashdock runs in is made of, at one engine: its image, its volumes and its networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from docker.api.client import APIClient
from docker.errors import NotFound

from bot.own import Details, Own
from commands.creation import images
from commands.seen import BUILT_IN

REASON = "slashdock's own container uses it"

Part = tuple[str, str]  # the kind, and the full id or a name; a volume has its name alone


class OwnParts:
    """They are looked up once, and anew where slashdock runs in another container."""

    def __init__(self, client: Callable[[], APIClient]) -> None:
        self._client = client
        self._known: tuple[Own, frozenset[Part]] = (Own(), frozenset())

    def reason(self, own: Own, kind: str, *called: str) -> str:
        """Why nobody may touch from chat what has this id, or one of these names; empty where the rules decide."""
        names = (images.called(each) if kind == "image" else each for each in called)
        return REASON if any((kind, each) in self._of(own) for each in (*called, *names) if each) else ""

    def _of(self, own: Own) -> frozenset[Part]:
        if self._known[0] != own:
            self._known = (own, frozenset(_parts(self._client(), own)))
        return self._known[1]


def _parts(client: APIClient, own: Own) -> Iterator[Part]:
    listed = client.containers(all=True, filters={"id": own.ref}) if own.ref else ()
    for each in listed:
        try:
            details = client.inspect_container(each["Id"])
            if own.has(details):
                yield from _named(details)
                yield from (("image", name) for name in client.inspect_image(details["Image"])["RepoTags"] or ())
        except NotFound:  # it is about to go, or its image has
            continue


def _named(details: Details) -> Iterator[Part]:
    yield "image", str(details["Image"])
    yield "image", images.called(str(details["Config"]["Image"]))
    yield from (("volume", str(mount["Name"])) for mount in details["Mounts"] if mount["Type"] == "volume")
    for name, endpoint in details["NetworkSettings"]["Networks"].items():
        if name not in BUILT_IN:
            yield from (("network", name), ("network", str(endpoint["NetworkID"])))
