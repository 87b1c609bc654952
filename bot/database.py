"""The SQLite file: a connection of its own for everyone at work, and nothing written where it would be lost."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sqlite_utils import Database

BUSY = 2.0  # seconds that a writer waits for the others; Slack wants its acknowledgement within 3
PATIENCE = 8.0  # seconds that the end of what was done waits for its turn on a slow disk
CURE = "Stop slashdock, move the file away or restore a copy, and start again."
IDLE = 8  # connections kept open for the next to come
RESERVE = 262_144  # bytes held back on the disk, so that what was begun can still be written to its end

_NO_ROOM_TO_OPEN = sqlite3.SQLITE_IOERR_SHMSIZE  # what SQLite calls a full disk when it opens the file

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
        self._cure = cure
        self._reserve = path.with_name("reserve")
        self._idle: deque[Database] = deque()
        self._damage = ""  # once it was seen: what is written into such a file may be lost
        self._turn = threading.Lock()
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
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except sqlite3.Error as error:
            raise self._told(error) from error

    @contextmanager
    def writing(self, *, at_last: bool = False, flushed: bool = True) -> Iterator[Database]:
        """One transaction, committed to the disk at its end, or nothing of it; raises Unwritable.

        at_last: in the room that is held back, and in a turn that is waited for longer. Where it is not flushed, it is
        on the disk with the next one that is: a power cut may undo it until then, and nothing else.
        """
        with self._alone(PATIENCE if at_last else BUSY) as left, self.reading() as db:
            until = time.monotonic() + (BUSY if at_last else left)
            if at_last:
                self._let_go()
            self._still_there()
            if not flushed:
                db.execute("PRAGMA synchronous = NORMAL")
            db.execute(f"PRAGMA busy_timeout = {max(1, round(1000 * (until - time.monotonic())))}")
            self._kept_out = True
            try:
                db.execute("BEGIN IMMEDIATE")
            finally:
                self._kept_out = False
            yield db
            self._still_there()
            db.execute("COMMIT")
            if not flushed:
                db.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def _alone(self, patience: float = BUSY) -> Iterator[float]:
        """Nobody else of this process writes meanwhile, or takes the room that was let go; the seconds not waited."""
        until = time.monotonic() + patience
        if not self._turn.acquire(timeout=patience):
            raise self._locked() if self._kept_out else self._slow(patience)
        try:
            yield until - time.monotonic()
        finally:
            self._turn.release()

    def hold_back(self) -> None:
        """Keep RESERVE bytes of the disk for later; raises Unwritable where there is no such room."""
        with suppress(FileNotFoundError):
            if self._reserve.stat().st_size >= RESERVE:
                return
        with self._alone():
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
        files = (self._path, self._path.with_name(f"{self._path.name}-wal"))
        return tuple((stat.st_dev, stat.st_ino) for stat in map(os.stat, files))

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

    def _locked(self) -> Unwritable:
        return Unwritable(f"another program has kept {self._path} locked for {BUSY:g} s. Close it, then try again.")

    def _slow(self, seconds: float) -> Unwritable:
        return Unwritable(
            f"the disk under {self._path.parent} is slow: what was to be written waited {seconds:g} s for its turn. Try"
            " again in a moment."
        )

    def _damaged(self, wrong: str) -> Damaged:
        return Damaged(f"{self._path} is damaged ({wrong}). {self._cure}")
