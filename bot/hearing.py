"""The starts of containers at one engine, heard minute by minute, as the engine forgets them soon."""

from __future__ import annotations

from collections.abc import Iterator

from docker.errors import NotFound

from bot.hosts import Host
from bot.sights import Sights
from commands import wire
from commands.cleanup import starts
from commands.cleanup.starts import Start


class Hearing:
    """What is remembered between two looks: up to when starts were heard, by the engine's own clock."""

    def __init__(self, host: Host, sights: Sights) -> None:
        self._host = host
        self._sights = sights
        self._heard = 0.0

    def hear(self) -> None:
        """Note which images were used since the last time; raises what the client does, and Unwritable.

        Two requests, and where something was started one for the list of containers and one for each image by whose
        name one ran that is gone.
        """
        client = self._host.patient()
        until = starts.now(client)
        since = self._heard or self._sights.heard(self._host.name)
        found = list(starts.started(client, since, until)) if until else []
        if found:
            self._sights.note(self._host.name, starts.latest(self._images(found)), until)
        self._heard = until

    def _images(self, found: list[Start]) -> Iterator[tuple[str, float]]:
        client, named = self._host.patient(), dict[str, str]()
        listed = wire.get(client, "/containers/json", params={"all": 1})
        users = {str(each["Id"]): str(each["ImageID"]) for each in listed}
        for user, name, at in found:
            if user not in users and name not in named:
                try:
                    named[name] = str(wire.get(client, "/images/{0}/json", name)["Id"])
                except NotFound:
                    named[name] = ""
            if image := users.get(user) or named.get(name):
                yield image, at
