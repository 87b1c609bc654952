"""The SQLite file: a connection of its own for everyone at work, and nothing written where it would be lost."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from math import ceil
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database

from bot.together import Company, Late, Together

BUSY = 2.0  # seconds that a writer waits for the others; Slack wants its acknowledgement within 3
PATIENCE = 8.0  # seconds that the end of what was done waits for its turn on a slow disk
CURE = "Stop slashdock, move the file away or restore a copy, and start again."
IDLE = 8  # connections kept open for the next to come
CACHE = 512  # KiB of pages that each of them keeps; the machine keeps all of the file that it has room for
RESERVE = 262_144  # bytes held back on the disk, so that what was begun can still be written to its end

_NO_ROOM_TO_OPEN = sqlite3.SQLITE_IOERR_SHMSIZE  # what SQLite calls a full disk when it opens the file

_OURS = (sqlite3.IntegrityError, sqlite3.ProgrammingError)  # of what was asked, not of the disk

_Identity = tuple[tuple[int, int], ...]


class Unwritable(Exception):  # noqa: N818 - the state of the disk, told to a person
    """Nothing can be written down: str() says why and what to do."""


class Damaged(Unwritable):
    """What is written there cannot be read any more."""


class Sqlite:
    """One database file, opened for as long as this lives; raises Unwritable where it cannot be written.

    cure is the sentence that says what to do where it is damaged.
    """

    def __init__(self, path: Path, cure: str = CURE) -> None:
        self._path = path
        self._files = (str(path), f"{path}-wal")
        self._cure = cure
        self._reserve = path.with_name("reserve")
        self._idle: deque[Database] = deque()
        self._damage = ""  # once it was seen: what is written into such a file may be lost
        self._together = Together()
        self._kept_out = False  # whether whoever has the turn waits for another program
        try:
            self._create()
            self._anchor = self._open()
            self._identity = self._identify()
        except sqlite3.Error as error:
            raise self._told(error) from error
        except OSError as error:
            raise Unwritable(f"{path} cannot be used: {error.strerror}. Check the folder and its owner.") from error

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A connection that nobody else uses at the time."""
        try:
            db = self._take()
            try:
                yield db
            except BaseException:
                db.close()
                raise
            self._give(db)
        except _OURS:
            raise
        except sqlite3.Error as error:
            raise self._told(error) from error

    @contextmanager
    def writing(self, *, at_last: bool = False, flushed: bool = True) -> Iterator[Database]:
        """One transaction, committed to the disk at its end, or nothing of it; raises Unwritable.

        Several threads' may be committed together. at_last: by itself, in the room held back, and waited for longer.
        Where it is not flushed, it is on the disk with the next one that is: a power cut may undo it until then, and
        nothing else.
        """
        with self._turn(PATIENCE if at_last else BUSY, alone=at_last) as (company, left):
            if company is None:
                yield from self._begun(BUSY if at_last else left, at_last=at_last, flushed=flushed)
            else:
                yield from self._added(company)
        if company is not None:
            company.over.wait()
            if company.error is not None:
                raise self._failed(company.error)

    def _begun(self, patience: float, *, at_last: bool, flushed: bool) -> Iterator[Database]:
        """A transaction of its own, into which others may write before it is committed, if it is flushed."""
        until = time.monotonic() + patience
        with self.reading() as db:
            if at_last:
                self._let_go()
            if not flushed:
                db.execute("PRAGMA synchronous = NORMAL")
            self._kept_out = True
            try:
                _begin(db, max(1, ceil(10 * (until - time.monotonic()))) / 10)
            finally:
                self._kept_out = False
            yield db
            with self._together.shared(db) if flushed else nullcontext():
                self._still_there()
                db.execute("COMMIT")
            if not flushed:
                db.execute("PRAGMA synchronous = FULL")

    def _added(self, company: Company) -> Iterator[Database]:
        """A part of somebody else's transaction, which alone is undone where it fails."""
        db = company.db
        try:
            db.execute("SAVEPOINT added")
            yield db
            db.execute("RELEASE added")
        except BaseException as error:
            if wrong := self._undone(db, error):
                company.error = wrong
                raise self._failed(wrong) from error
            if isinstance(error, sqlite3.Error) and not isinstance(error, _OURS):
                raise self._told(error) from error
            raise

    @staticmethod
    def _undone(db: Database, error: BaseException) -> BaseException | None:
        """Undo what was added and failed so; why nothing of all can be committed, where that cannot be done alone."""
        try:
            if not db.conn.in_transaction:  # SQLite undid all of it, as on a full disk
                return error
            db.execute("ROLLBACK TO added")
            db.execute("RELEASE added")
        except sqlite3.Error as fault:
            return fault
        return None

    @contextmanager
    def _turn(self, patience: float = BUSY, *, alone: bool = True) -> Iterator[tuple[Company | None, float]]:
        """Nobody else of this process writes meanwhile, or takes the room that was let go; see Together."""
        try:
            with self._together.turn(patience, alone=alone) as turn:
                yield turn
        except Late:
            raise (self._locked() if self._kept_out else self._slow(patience)) from None

    def hold_back(self) -> None:
        """Keep RESERVE bytes of the disk for later; raises Unwritable where there is no such room."""
        with suppress(FileNotFoundError):
            if self._reserve.stat().st_size >= RESERVE:
                return
        with self._turn():
            try:
                file = os.open(self._reserve, os.O_CREAT | os.O_WRONLY, 0o600)
                try:
                    os.posix_fallocate(file, 0, RESERVE)
                finally:
                    os.close(file)
            except OSError as error:
                self._let_go()
                raise Unwritable(f"the disk under {self._path.parent} has no room left: {error.strerror}.") from error

    def _let_go(self) -> None:
        """Give the bytes that were held back to whoever writes now."""
        with suppress(OSError):
            self._reserve.unlink(missing_ok=True)

    def is_there(self) -> bool:
        """Whether the file is still the one that was opened."""
        try:
            return self._identify() == self._identity
        except OSError:
            return False

    def close(self) -> None:
        """Close every connection that is not in use."""
        while self._idle:
            self._idle.pop().close()
        self._anchor.close()

    def _create(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Never opened by hand where it exists: closing such a file would drop SQLite's locks on it.
        if not self._path.exists():
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))

    def _open(self) -> Database:
        """The connection that stays open, so that the write-ahead log stays the same file."""
        db = self._connect()
        db.execute("PRAGMA journal_mode = WAL").fetchone()
        wrong = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if wrong != "ok":
            db.close()
            raise self._damaged(wrong)
        db.execute("BEGIN IMMEDIATE")
        db.execute("ROLLBACK")
        return db

    def _connect(self) -> Database:
        # Never made anew here: beside an empty file SQLite would take the write-ahead log for its own, and remove it.
        address = f"file:{quote(str(self._path))}?mode=rw"
        connection = sqlite3.connect(address, timeout=BUSY, isolation_level=None, check_same_thread=False, uri=True)
        db = Database(connection, execute_plugins=False)
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA cache_size = -{CACHE}")
        return db

    def _take(self) -> Database:
        self._still_there()
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _give(self, db: Database) -> None:
        if len(self._idle) < IDLE:
            self._idle.append(db)
        else:
            db.close()

    def _identify(self) -> _Identity:
        return tuple((stat.st_dev, stat.st_ino) for stat in map(os.stat, self._files))

    def _still_there(self) -> None:
        """SQLite would go on writing into a file that was removed, replaced or damaged, and lose it all."""
        if self._damage:
            raise self._damaged(self._damage)
        if not self.is_there():
            raise Unwritable(
                f"{self._path} was removed or replaced while slashdock used it. Put it back if you can, then restart"
                " slashdock."
            )

    def _told(self, error: sqlite3.Error) -> Unwritable:
        code = getattr(error, "sqlite_errorcode", 0)
        match sqlite3.SQLITE_FULL if code == _NO_ROOM_TO_OPEN else code & 0xFF:
            case sqlite3.SQLITE_FULL:
                return Unwritable(f"the disk under {self._path.parent} is full. Make room there.")
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN if not os.access(self._path.parent, os.W_OK):
                return Unwritable(f"{self._path.parent} is read-only. Make the disk and the folder writable.")
            case sqlite3.SQLITE_READONLY:
                return Unwritable(f"{self._path} is read-only. Make the file and its folder writable.")
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return self._locked()
            case 0 | sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:  # 0 is Python's: what should be text is none
                self._damage = str(error) if code else self._damage
                return self._damaged(str(error))
            case _:
                return Unwritable(f"{self._path} cannot be used: {error}. Check the disk, the folder and its owner.")

    def _failed(self, error: BaseException) -> Unwritable:
        """Why what others had written was not committed, for one of those who had put theirs to it."""
        if isinstance(error, sqlite3.Error):
            return self._told(error)
        return error if isinstance(error, Unwritable) else Unwritable(f"what was written to {self._path} was given up.")

    def _locked(self) -> Unwritable:
        return Unwritable(f"another program has kept {self._path} locked for {BUSY:g} s. Close it, then try again.")

    def _slow(self, seconds: float) -> Unwritable:
        return Unwritable(
            f"the disk under {self._path.parent} is slow: what was to be written waited {seconds:g} s for its turn. Try"
            " again in a moment."
        )

    def _damaged(self, wrong: str) -> Damaged:
        return Damaged(f"{self._path} is damaged ({wrong}). {self._cure}")


def _begin(db: Database, patience: float) -> None:
    """Begin to write, waiting so many seconds for the others; as long as a connection does anyway costs nothing."""
    if patience == BUSY:
        db.execute("BEGIN IMMEDIATE")
        return
    db.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
    db.execute("BEGIN IMMEDIATE")
    db.execute(f"PRAGMA busy_timeout = {round(BUSY * 1000)}")
