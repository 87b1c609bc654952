"""The schema of the samples' file, as numbered steps: one that was released is never edited, the next is added."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from sqlite_utils import Database

from bot import thinning
from bot.database import Unwritable

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE hosts (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        """CREATE TABLE containers (
               key INTEGER PRIMARY KEY, host INTEGER NOT NULL, id TEXT NOT NULL, image_id TEXT NOT NULL,
               name TEXT NOT NULL, image TEXT NOT NULL,
               labels TEXT NOT NULL,           -- as JSON; empty where they are not kept
               memory_limit INTEGER NOT NULL,  -- bytes, 0 where there is none
               restarts INTEGER,               -- as the engine counts them, NULL where it was never asked
               last INTEGER NOT NULL,          -- when it was there, an hour off at most
               UNIQUE (host, id))""",
        *thinning.CONTAINERS.schema(),
        *thinning.ENGINES.schema(),
        """CREATE TABLE disks (
               at INTEGER NOT NULL, host INTEGER NOT NULL,
               images INTEGER NOT NULL, containers INTEGER NOT NULL, volumes INTEGER NOT NULL, cache INTEGER NOT NULL,
               free INTEGER, size INTEGER,  -- of the file system; all in bytes
               PRIMARY KEY (at, host)) WITHOUT ROWID""",
        """CREATE TABLE absences (
               host INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
               PRIMARY KEY (host, since)) WITHOUT ROWID""",
    ),
    (
        # in how many looks the memory was measured; before, what was not counted as 0
        *(f"ALTER TABLE {name} ADD COLUMN weighed INTEGER" for name in thinning.CONTAINERS.tables()),
        *(f"UPDATE {name} SET weighed = looks" for name in thinning.CONTAINERS.tables()),  # noqa: S608 - our words
        # of how many containers nothing was kept, for there were too many
        *(f"ALTER TABLE {name} ADD COLUMN left_out INTEGER DEFAULT 0" for name in thinning.ENGINES.tables()),
    ),
)


def migrate(db: Database, path: Path) -> None:
    """Bring the file up to date, within the transaction that is open; raises Unwritable where it is newer than this."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise Unwritable(f"{path} was written by a newer slashdock. Install that one, or move the file away.")
    for statement in chain.from_iterable(MIGRATIONS[version:]):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
