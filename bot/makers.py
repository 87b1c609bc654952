"""Who made what from chat: by whose line each object that is new came to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlite_utils import Database

from bot.database import Sqlite
from commands.seen import any_volume_id

SOMEBODY = "somebody"  # who made what nothing tells from another of its name


class Makers:
    """What was made at each engine, in the database, written at once or with the outcome of the action that made it."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file

    def of(self, host: str) -> Mapping[str, str]:
        """The Slack user id of whoever made each object at this engine, by the object's full id.

        SOMEBODY made what any_volume_id() gives for one of these.
        """
        with self._file.reading() as db:
            made = dict(db.execute("SELECT identity, actor FROM made WHERE host = ?", (host,)).fetchall())
        return {name: SOMEBODY for each in made if (name := any_volume_id(each))} | made

    def by(self, number: int) -> tuple[str, ...]:
        """The full ids of what an action made."""
        with self._file.reading() as db:
            rows = db.execute("SELECT identity FROM made WHERE number = ?", (number,)).fetchall()
        return tuple(str(row[0]) for row in rows)

    def claim(self, number: int, identities: Iterable[str]) -> None:
        """Note that an action that goes on made these; raises Unwritable."""
        with self._file.writing() as db:
            note(db, number, identities)


def note(db: Database, number: int, identities: Iterable[str]) -> None:
    """Note, within the transaction that is open, that an action made these."""
    for each in identities:
        db.execute(_NOTE, {"identity": each, "number": number})


_NOTE = """
INSERT INTO made SELECT host, :identity, actor, number FROM actions WHERE number = :number
ON CONFLICT (host, identity) DO NOTHING
"""
