"""Since when the bot has known each object, and when each was used: what is fresh is left alone by cleanups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlite_utils import Database

from bot.clock import Clock
from bot.database import Sqlite

IMAGE = "image"  # the only kind whose ids come back: they say what is in it


class Sights:
    """What was seen at each host, in the database; every method that writes raises Unwritable where it cannot."""

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
        """Up to when the events of this host were read, in its own epoch seconds; 0 where never."""
        with self._file.reading() as db:
            row = db.execute("SELECT until FROM heard WHERE host = ?", (host,)).fetchone()
        return 0.0 if row is None else float(row[0])

    def hear(self, host: str, uses: Mapping[str, float], moved: Iterable[str], until: float) -> None:
        """Forget the images that came or went, note the last uses of others, and up to when that is known."""
        with self._file.writing() as db:
            _forget(db, host, moved)
            _note(db, host, IMAGE, uses, self._clock.now())
            db.execute("INSERT OR REPLACE INTO heard VALUES (?, ?)", (host, until))

    def used(self, host: str, kind: str, uses: Mapping[str, float], ids: Iterable[str]) -> dict[str, float]:
        """When each object was used last, in epoch seconds; those without a known use are left out.

        uses are noted where they are later than what is known; what lies ahead is now. ids are all objects of this kind
        at the host: one that is not among them is forgotten.
        """
        there = frozenset(ids)
        with self._file.writing() as db:
            known = _note(db, host, kind, {each: at for each, at in uses.items() if each in there}, self._clock.now())
            for each in known.keys() - there:
                db.execute("DELETE FROM uses WHERE (host, kind, identity) = (?, ?, ?)", (host, kind, each))
        return {each: at for each, at in known.items() if each in there}

    def forget(self, host: str, images: Iterable[str]) -> None:
        """Know nothing of these images any more: they are gone, or came just now."""
        with self._file.writing() as db:
            _forget(db, host, images)

    def at_engine(self, host: str, engine: str) -> None:
        """Know nothing of what is at a host where another engine answers; engine is the own id of that, or empty."""
        with self._file.reading() as db:
            row = db.execute("SELECT engine FROM engines WHERE host = ?", (host,)).fetchone()
        if engine and (row is None or row[0] != engine):
            with self._file.writing() as db:
                for table in () if row is None else ("sights", "uses", "heard"):
                    db.execute(f"DELETE FROM {table} WHERE host = ?", (host,))  # noqa: S608 - one of these three
                db.execute("INSERT OR REPLACE INTO engines VALUES (?, ?)", (host, engine))

    def apart(self, clock: float) -> float:
        """The seconds between the bot's clock and one that shows this now."""
        return self._clock.apart(clock)


def _forget(db: Database, host: str, images: Iterable[str]) -> None:
    for each in images:
        for table in ("sights", "uses"):
            db.execute(f"DELETE FROM {table} WHERE (host, kind, identity) = (?, ?, ?)", (host, IMAGE, each))  # noqa: S608 - one of these two


def _note(db: Database, host: str, kind: str, uses: Mapping[str, float], now: float) -> dict[str, float]:
    """All uses that are known then of this kind, none of which lies ahead."""
    known = dict(db.execute("SELECT identity, at FROM uses WHERE (host, kind) = (?, ?)", (host, kind)).fetchall())
    last = {each: min(max(known.get(each, 0.0), uses.get(each, 0.0)), now) for each in known.keys() | uses.keys()}
    for each, at in last.items():
        if at != known.get(each):
            db.execute("INSERT OR REPLACE INTO uses VALUES (?, ?, ?, ?)", (host, kind, each, at))
    return last
