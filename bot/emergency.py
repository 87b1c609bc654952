"""The file for what became of actions while the database could not be written: read back at the next start."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import logging
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.seal import Broken, Seal

NAME = "outcomes"  # in the data folder
ELSEWHERE = Path("/var/tmp")  # noqa: S108 - outlives a restart; every line is sealed, the file ours alone and no link
PURPOSE = b"slashdock: outcomes that could not be written, 1"
SIZE = 1_048_576  # bytes; an end has about 1 kB

log = logging.getLogger(__name__)


def files(folder: Path) -> tuple[Path, Path]:
    """Where the lines for the record in this folder may be: beside it, or elsewhere on the machine."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return folder / NAME, ELSEWHERE / f"slashdock-{name}"


def ours(folder: Path) -> list[Path]:
    """Those of them that are there, and were not put there by somebody else."""
    return [file for file in files(folder) if _is_ours(file)]


class Emergency:
    """Lines, each sealed, in the data folder, or where that takes none in another place on the machine.

    Several threads and processes may write them at a time.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._seal = Seal(key, PURPOSE)
        self._files = files(folder)
        self._written: set[str] = set()  # what stands in the record by now

    def keep(self, told: Mapping[str, Any]) -> Path | None:
        """Write one down, to the disk; the file that took it, None where none did."""
        line = self._seal.close(_text(told), NAME).hex() + "\n"
        for file in self._files:
            try:
                _append(file, line)
            except OSError as error:
                log.warning("an outcome could not be kept in %s: %s", file, error.strerror)
            else:
                return file
        return None

    def kept(self) -> Iterator[dict[str, Any]]:
        """What was kept, oldest first, for whoever writes it to the record; what is not ours is told of in the log."""
        for file in self._files:
            for line in _lines(file):
                text = self._opened(line)
                if text is None:
                    log.warning("a line of %s was not written by slashdock, or not to its end", file)
                else:
                    yield json.loads(text)

    def settled(self, told: Mapping[str, Any]) -> None:
        """Note that this stands in the record."""
        self._written.add(_text(told))

    def clear(self) -> None:
        """Remove each file in which nothing stands that the record may not have yet."""
        for file in self._files:
            try:
                with _held(file, os.O_RDONLY) as opened:
                    if self._written.issuperset(filter(None, map(self._opened, _read(opened)))):
                        file.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                log.warning("%s could not be removed: %s", file, error.strerror)

    def _opened(self, line: str) -> str | None:
        try:
            return self._seal.open(bytes.fromhex(line), NAME)
        except (Broken, ValueError):
            return None


def _text(told: Mapping[str, Any]) -> str:
    return json.dumps(told, sort_keys=True)


def _append(file: Path, line: str) -> None:
    with _held(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND) as opened:
        before = os.fstat(opened).st_size
        if before + len(line) > SIZE:
            raise OSError(errno.EFBIG, "it is full")
        if os.write(opened, line.encode()) < len(line):
            os.ftruncate(opened, before)
            raise OSError(errno.ENOSPC, "there is no room left")
        os.fsync(opened)


def _lines(file: Path) -> list[str]:
    try:
        with _held(file, os.O_RDONLY) as opened:
            return _read(opened)
    except FileNotFoundError:
        return []
    except OSError as error:
        log.error("%s could not be read: %s", file, error.strerror)  # noqa: TRY400 - the traceback says no more
        return []


def _read(opened: int) -> list[str]:
    with os.fdopen(os.dup(opened), encoding="ascii", errors="replace") as file:
        return file.read(SIZE).splitlines()


@contextmanager
def _held(file: Path, how: int) -> Iterator[int]:
    """The file, opened and kept from everybody else of ours; raises OSError, also where it is not ours alone.

    What others planted there is not waited for: neither a FIFO that nobody reads nor a lock on what they have open.
    """
    opened = os.open(file, how | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    try:
        if not _is_ours_alone(os.fstat(opened)):
            raise OSError(errno.EPERM, "it is not a file of this user alone")
        fcntl.flock(opened, fcntl.LOCK_EX)
        if os.fstat(opened).st_nlink:
            yield opened
            return
    finally:
        os.close(opened)
    with _held(file, how) as opened:  # it was removed meanwhile
        yield opened


def _is_ours(file: Path) -> bool:
    try:
        return _is_ours_alone(file.lstat())
    except OSError:
        return False


def _is_ours_alone(found: os.stat_result) -> bool:
    """Whether it is a plain file of this user's, and has no second name by which others may mean it."""
    return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_nlink <= 1
