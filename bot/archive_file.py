"""A file of one year's events that were moved out of the record: only appended to, and read by any SQLite."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import astuple
from pathlib import Path

from sqlite_utils import Database

from bot import migrations, schema
from bot.chain import Link
from bot.database import BUSY, Unwritable
from bot.seams import Range, Seam

FIRST, LAST = -(2**63), 2**63 - 1  # the lowest and the highest id that SQLite has

LOGS = ("-journal", "-wal")  # what SQLite would read into a database that it finds beside them, or write it to
OTHERS = stat.S_IRWXG | stat.S_IRWXO

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS events (
           id INTEGER PRIMARY KEY,  -- the place in the chain
           number INTEGER NOT NULL, kind TEXT NOT NULL, at REAL NOT NULL, body TEXT NOT NULL CHECK (json_valid(body)),
           prev TEXT NOT NULL, hash TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS events_of_action ON events (number, kind)",
    """CREATE TABLE IF NOT EXISTS seams (
           last INTEGER PRIMARY KEY, hash TEXT NOT NULL, file TEXT NOT NULL, at REAL NOT NULL,
           signature TEXT NOT NULL)""",
    """CREATE TRIGGER IF NOT EXISTS events_are_appended BEFORE INSERT ON events
       WHEN NEW.id <> (SELECT max(id) + 1 FROM events)  -- the first one of a file may be any
       BEGIN SELECT raise(ABORT, 'events are only appended'); END""",
    *(
        f"""CREATE TRIGGER IF NOT EXISTS {table}_are_not_{done} BEFORE {act} ON {table}
            BEGIN SELECT raise(ABORT, '{table} are never {done}'); END"""
        for table in ("events", "seams")
        for act, done in (("UPDATE", "altered"), ("DELETE", "removed"))
    ),
)
_LINK = "SELECT id, number, kind, at, body, prev, hash FROM events"


class ArchiveFile:
    """An archive that is there, opened; what it does raises Unwritable with the file's name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            if not path.is_file():
                raise Unwritable(f"{path} is missing.")
            address = f"{path.absolute().as_uri()}?mode=rw"  # a plain one would make a file that went missing
            connection = sqlite3.connect(address, uri=True, timeout=BUSY, isolation_level=None)
            self._db = Database(connection, execute_plugins=False)
            # With FULL alone a power cut could bring the journal back, and undo what the record relies on.
            self._db.execute("PRAGMA synchronous = EXTRA")

    def prepare(self, view: str) -> None:
        """Give it its tables, where it has none yet; view is the SQL of the view of the actions."""
        with self._writing():
            for statement in _SCHEMA:
                self._db.execute(statement)
            if not self._db.view_names():
                self._db.execute(view)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def append(self, links: Iterable[tuple[Link, str]]) -> None:
        """Add events with their hashes, in one transaction; those that are there already have to be the same."""
        with self._writing():
            last = self.last()
            for link, written in links:
                row = (*astuple(link), written)
                if link.id > last:
                    self._db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", row)
                elif self._db.execute(f"{_LINK} WHERE id = ?", (link.id,)).fetchone() != row:
                    raise Unwritable(
                        f"{self.path} has another event {link.id} than the record. It is of another record, or was"
                        " altered: set it aside and put the right one in its place."
                    )

    def note(self, made: Iterable[Seam]) -> None:
        """Keep copies of the seams, so that the file can be checked without the record."""
        with self._writing():
            self._db.conn.executemany("INSERT OR IGNORE INTO seams VALUES (?, ?, ?, ?, ?)", map(astuple, made))

    def links(self, first: int = FIRST, last: int = LAST) -> Iterator[tuple[Link, str]]:
        """The events with ids from first to last, each with its hash, oldest first."""
        with self._told():
            yield from links(self._db, first, last)

    def of_action(self, number: int) -> list[tuple[Link, str]]:
        """The events of an action, each with its hash, oldest first."""
        with self._told():
            return list(of_action(self._db, number))

    def last(self) -> int:
        """The id of its newest event; 0 where it has none."""
        with self._told():
            return int(self._db.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0])

    def hash_of(self, identity: int) -> str | None:
        """The hash of the event with this id; None where it is not here."""
        with self._told():
            row = self._db.execute("SELECT hash FROM events WHERE id = ?", (identity,)).fetchone()
        return None if row is None else str(row[0])

    def has(self, number: int, held: Range) -> bool:
        """Whether events of this action are here, in what was moved to it."""
        query = "SELECT 1 FROM events WHERE number = ? AND id > ? AND id <= ? LIMIT 1"
        with self._told():
            return self._db.execute(query, (number, held.after.last, held.last)).fetchone() is not None

    def view(self) -> str:
        """The SQL of its view of the actions."""
        with self._told():
            return view(self._db)

    def altered(self) -> str | None:
        """What it is made of otherwise than slashdock makes it; None where nothing is."""
        with self._told():
            found = [schema.altered(self._db, (*_SCHEMA, each)) for each in migrations.ARCHIVED]
            return None if None in found else found[-1]

    def torn(self) -> str | None:
        """What of an index does not stand in its table, None where all does; every page is read."""
        with self._told():
            return schema.torn(self._db)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise Unwritable(f"{self.path} cannot be used: {error}.") from error


def made(path: Path, view: str) -> ArchiveFile:
    """The archive, which is made where it is not there or was not finished; raises Unwritable."""
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        for each in (path, *(path.with_name(f"{path.name}{log}") for log in LOGS)):
            with suppress(FileNotFoundError):
                _look(each, each.lstat())
    except OSError as error:
        raise Unwritable(f"{path} cannot be made: {error.strerror}.") from error
    file = ArchiveFile(path)
    file.prepare(view)
    return file


def _look(path: Path, found: os.stat_result) -> None:
    """Raise Unwritable where others could read or alter what is written there."""
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        raise Unwritable(f"{path} is not a file of this user's, so nothing is written to it. Set it aside.")
    if found.st_mode & OTHERS:
        raise Unwritable(f"{path} can be read by others, so nothing is written to it. chmod 600 {path}")


def copy(source: ArchiveFile, path: Path, held: Range) -> None:
    """Add to the archive at path, made where there is none, what it has not yet of this range; raises Unwritable."""
    with closing(made(path, source.view())) as target:
        known = min(target.last(), held.last) - 1  # its newest event is compared, so both are of one record
        target.append(source.links(max(held.after.last, known) + 1, held.last))
        target.note(held.seams)


def links(db: Database, first: int = FIRST, last: int = LAST) -> Iterator[tuple[Link, str]]:
    """The events of a record or an archive with ids from first to last, each with its hash, oldest first."""
    for row in db.execute(f"{_LINK} WHERE id BETWEEN ? AND ? ORDER BY id", (first, last)):
        yield Link(*row[:6]), row[6]


def of_action(db: Database, number: int) -> Iterator[tuple[Link, str]]:
    """The events of an action in a record or an archive, each with its hash, oldest first."""
    for row in db.execute(f"{_LINK} WHERE number = ? ORDER BY id", (number,)).fetchall():
        yield Link(*row[:6]), row[6]


def view(db: Database) -> str:
    """The SQL of the view of the actions in a record or an archive."""
    return str(db.execute("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = 'actions'").fetchone()[0])
