"""Since when the bot has known each image: what is fresh is left alone by the cleanup."""

from __future__ import annotations

from collections.abc import Iterable

from bot.clock import Clock
from bot.database import Sqlite


class Images:
    """The images that were seen, in the database."""

    def __init__(self, file: Sqlite, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def first_seen(self, host: str, ids: Iterable[str]) -> dict[str, float]:
        """Since when the bot has seen each image, in epoch seconds: now, where it is new or its time lies ahead.

        ids are all images of the host: one that is not among them is forgotten, and new when it comes back.
        """
        now, there = self._clock.now(), dict.fromkeys(ids)
        with self._file.reading() as db:
            known = dict(db.execute("SELECT image, at FROM seen WHERE host = ?", (host,)).fetchall())
        stale = [image for image, at in known.items() if image not in there or at > now]
        fresh = [image for image in there if image not in known or image in stale]
        if stale or fresh:
            with self._file.writing() as db:
                for image in stale:
                    db.execute("DELETE FROM seen WHERE (host, image) = (?, ?)", (host, image))
                for image in fresh:
                    db.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", (host, image, now))
        return {image: now if image in fresh else known[image] for image in there}
