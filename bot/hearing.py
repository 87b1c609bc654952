"""What became of images at one engine, heard minute by minute, as the engine forgets it soon."""

from __future__ import annotations

from bot.hosts import Host
from bot.sights import Sights
from commands import wire
from commands.cleanup import starts
from commands.image import pruning


class Hearing:
    """What is remembered between two looks: up to when events were heard, by the engine's own clock."""

    def __init__(self, host: Host, sights: Sights) -> None:
        self._host = host
        self._sights = sights
        self._heard = 0.0

    def hear(self) -> None:
        """Note which images were used, came or went since the last time; raises what the client does, and Unwritable.

        Two requests, and where something happened one for the list of containers and two for that of images.
        """
        client = self._host.patient()
        clock = starts.now(client)
        if not clock:
            return
        since = self._heard or self._sights.heard(self._host.name)
        found = list(starts.events(client, since, clock))
        if found:
            listed = wire.get(client, "/containers/json", params={"all": 1})
            heard = starts.told(found, listed, pruning.images(client), clock)
            self._sights.hear(self._host.name, heard.uses, heard.moved, heard.until)
        self._heard = starts.end(clock)
