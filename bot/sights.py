"""Since when the bot has known each object, and when each image was used: what is fresh is left alone by cleanups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlite_utils import Database

from bot.clock import Clock
from bot.database import Sqlite


class Sights:
    """What was seen at each host, in the database."""

    def __init__(self, file: Sqlite, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def first(self, host: str, kind: str, ids: Iterable[str]) -> dict[str, float]:
        """Since when the bot has seen each object, in epoch seconds: now, where it is new or its time lies ahead.

        ids are all objects of this kind at the host: one that is not among them is forgotten, and new when it comes
        back.
        """
        now, there = self._clock.now(), dict.fromkeys(ids)
        with self._file.reading() as db:
            rows = db.execute("SELECT identity, at FROM sights WHERE (host, kind) = (?, ?)", (host, kind)).fetchall()
        known = dict(rows)
        stale = {each for each, at in known.items() if each not in there or at > now}
        fresh = [each for each in there if each not in known or each in stale]
        if stale or fresh:
            with self._file.writing() as db:
                for each in stale:
                    db.execute("DELETE FROM sights WHERE (host, kind, identity) = (?, ?, ?)", (host, kind, each))
                for each in fresh:
                    db.execute("INSERT OR REPLACE INTO sights VALUES (?, ?, ?, ?)", (host, kind, each, now))
        return {**{each: known.get(each, now) for each in there}, **dict.fromkeys(fresh, now)}

    def heard(self, host: str) -> float:
        """Up to when the starts of containers at this host were read, in its own epoch seconds; 0 where never."""
        with self._file.reading() as db:
            row = db.execute("SELECT until FROM heard WHERE host = ?", (host,)).fetchone()
        return 0.0 if row is None else float(row[0])

    def used(self, host: str, uses: Mapping[str, float], ids: Iterable[str], heard: float) -> dict[str, float]:
        """When each image was used last, in epoch seconds; those without a known use are left out.

        uses are noted where they are later than what is known, and heard as in heard(); ids are all images of the host:
        one that is not among them is forgotten.
        """
        there = frozenset(ids)
        with self._file.writing() as db:
            known = _note(db, host, {image: at for image, at in uses.items() if image in there}, heard)
            for image in known.keys() - there:
                db.execute("DELETE FROM uses WHERE (host, image) = (?, ?)", (host, image))
        return {image: at for image, at in known.items() if image in there}

    def note(self, host: str, uses: Mapping[str, float], heard: float) -> None:
        """Note uses, where they are later than what is known; and heard, as in heard()."""
        with self._file.writing() as db:
            _note(db, host, uses, heard)


def _note(db: Database, host: str, uses: Mapping[str, float], heard: float) -> dict[str, float]:
    known = dict(db.execute("SELECT image, at FROM uses WHERE host = ?", (host,)).fetchall())
    later = {image: at for image, at in uses.items() if at > known.get(image, 0.0)}
    for image, at in later.items():
        db.execute("INSERT OR REPLACE INTO uses VALUES (?, ?, ?)", (host, image, at))
    db.execute("INSERT OR REPLACE INTO heard VALUES (?, ?)", (host, heard))
    return known | later
