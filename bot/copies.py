"""A copy of a record in a file of its own: made while others write, and looked through before it is relied on."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from bot import migrations, proof, seams
from bot.chain import START
from bot.database import BUSY
from bot.seams import Seam


class Unusable(Exception):  # noqa: N818 - told to a person
    """What was named cannot be used: str() says why."""


@dataclass(frozen=True)
class Contents:
    """What a whole record holds beside its archives; id, hash and time of its newest event: 0, "" and None for none.

    number is the highest that was given to an action.
    """

    actions: int
    number: int
    last: int
    hash: str
    at: float | None
    seams: tuple[Seam, ...]


def made(source: Path, target: Path, key: bytes) -> Contents:
    """Copy a record as it is at one moment to a new file, which is on the disk then; raises Unusable.

    target is readable by its owner alone, and has no log beside it. Where it is not whole it is the caller's to remove.
    """
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(source, target)
        sync(target)
        return _contents(target, key)
    except OSError as error:
        raise Unusable(f"{target.parent} cannot be written: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise Unusable(f"{source} cannot be used: {error}.") from error
    except _Fault as fault:
        raise Unusable(f"{source} {fault}") from fault


class _Fault(Exception):  # noqa: N818 - the rest of a sentence
    """What is wrong with a file, to be said after its name."""


def opened(path: Path, mode: str) -> sqlite3.Connection:
    """A connection to a file that is there, to read (ro) or to write as well (rw)."""
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=BUSY, isolation_level=None)


def sync(path: Path) -> None:
    """Wait until a file that no SQLite has open is on the disk, under its name."""
    for each in (path, path.parent):
        file = os.open(each, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _copy(source: Path, target: Path) -> None:
    with closing(opened(source, "ro")) as old, closing(opened(target, "rw")) as new:
        old.backup(new, progress=_once)
        new.execute("PRAGMA journal_mode = DELETE").fetchone()


def _once(status: int, _remaining: int, _total: int) -> None:
    """Give up on a file that stays locked, which would be tried for ever."""
    if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        raise sqlite3.OperationalError("another program keeps it locked")


def _contents(path: Path, key: bytes) -> Contents:
    with closing(opened(path, "rw")) as connection:
        db = Database(connection, execute_plugins=False)
        wrong = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if wrong != "ok":
            raise _Fault(f"is damaged: {wrong}.")
        if "events" not in db.table_names():
            raise _Fault("holds no record of slashdock.")
        if migrations.version(db) > len(migrations.MIGRATIONS):
            raise _Fault("was written by a newer slashdock. Install that one first.")
        wrong = proof.broken(db, key)
        if wrong:
            raise _Fault(f"is not whole: {wrong}; or it was made with another key than the one here.")
        actions, number = db.execute("SELECT count(DISTINCT number), coalesce(max(number), 0) FROM events").fetchone()
        newest = db.execute("SELECT id, hash, at FROM events ORDER BY id DESC LIMIT 1").fetchone()
        last, written, at = newest or (0, START, None)
        return Contents(actions, number, last, written, at, tuple(seams.every(db)))
