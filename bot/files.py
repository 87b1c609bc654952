"""Files that answers give people, beside the database: written piece by piece, bounded, kept as long as answers are."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from bot.bounds import KEPT
from commands.attempts import Refusal
from commands.filing import TooLarge
from commands.units import size

FILES = "files"  # in the data folder
LARGEST = 256_000_000  # bytes of one where no setting says otherwise
ROOM = 4 * 1024 * 1024 * 1024  # bytes of all of them
FRESH = 1.0  # seconds in which a draft is surely held by whoever made it
_LARGE = "a file may have {} here, and this is more: SLASHDOCK_FILE_LIMIT says how much"
_UNWRITTEN = "slashdock cannot write it: {}"
_FOLDER = "-folder"  # how the name of one ends that belongs to a draft
_DRAFT = "."  # how the name of one begins that is being written


class Files:
    """Names are made up here, so that nothing that anybody typed is ever part of a path.

    age is for how many seconds they are kept now, largest the bytes of one, room those of all together.
    """

    def __init__(
        self, folder: Path, age: Callable[[], float] = lambda: KEPT, largest: int = LARGEST, room: int = ROOM
    ) -> None:
        self._folder = folder
        self._age = age
        self.largest = largest
        self._room = room
        folder.mkdir(mode=0o700, exist_ok=True)
        self.trim()

    @contextmanager
    def draft(self) -> Iterator[File]:
        """One to write to; raises Refusal where the disk does not take it."""
        try:
            handle, path = tempfile.mkstemp(prefix=_DRAFT, dir=self._folder)
        except OSError as error:
            raise Refusal(f"No file can be written: {error.strerror}.") from error
        with os.fdopen(handle, "wb") as written:
            fcntl.flock(handle, fcntl.LOCK_EX)  # it is given up with the process, however that ends
            file = File(Path(path), written, self.largest, self._left)
            try:
                yield file
            finally:
                file.discard()
                with suppress(OSError):  # what is thrown away need not have been written to its end
                    written.close()

    def trim(self) -> None:
        """Remove what is older than answers are kept, and what an earlier process did not finish."""
        now, age = time.time(), self._age()
        for path in self._folder.iterdir():
            with suppress(OSError):
                is_draft = path.name.startswith(_DRAFT)
                if abs(now - path.stat().st_mtime) > (FRESH if is_draft else age) and not (is_draft and _is_held(path)):
                    _remove(path)

    def _left(self) -> int:
        """The bytes that are free for another one."""
        taken = 0
        for path in self._folder.iterdir():
            with suppress(OSError):
                taken += path.stat().st_size
        return self._room - taken


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _is_held(path: Path) -> bool:
    """Whether somebody still writes to it, or to what it belongs to; raises OSError where it is gone."""
    if path.is_dir():
        draft = path.with_name(path.name.removesuffix(_FOLDER))
        return draft.exists() and _is_held(draft)
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class File:
    """One that is being written; left gives the bytes that all together may still take."""

    def __init__(self, path: Path, written: BinaryIO, largest: int, left: Callable[[], int]) -> None:
        self._path: Path | None = path
        self._folder = path.with_name(f"{path.name}{_FOLDER}")
        self._written = written
        self._largest = largest
        self._room = max(0, left())
        self.size = 0

    def expect(self, more: int) -> None:
        """Refuse so many bytes before any of them comes; raises TooLarge."""
        if self.size + more > self._largest:
            raise TooLarge(_LARGE.format(size(self._largest)))
        if self.size + more > self._room:
            raise TooLarge(f"slashdock has room for {size(self._room)} of files now, and this is more")

    def opened(self) -> BufferedReader:
        """What was written so far, to be read from its beginning."""
        if self._path is None:
            raise AssertionError("a file that was thrown away or kept already")
        self._flush()
        return self._path.open("rb")

    def write(self, data: bytes) -> None:
        """Add to it; raises TooLarge, and then nothing of this is added."""
        self.expect(len(data))
        self._put(data)
        self.size += len(data)

    def copy(self) -> Path:
        """What was written so far, kept beside it."""
        if self._path is None:
            raise AssertionError("a file that was thrown away or kept already")
        self._flush()
        handle, kept = tempfile.mkstemp(dir=self._path.parent)
        os.close(handle)
        try:
            return Path(shutil.copyfile(self._path, kept))
        except OSError as error:
            Path(kept).unlink(missing_ok=True)
            raise TooLarge(_UNWRITTEN.format(error.strerror)) from error

    def folder(self) -> Path:
        """A folder of its own, that goes when this is finished or thrown away."""
        if self._path is None:
            raise AssertionError("a file that was thrown away or kept already")
        try:
            self._folder.mkdir(mode=0o700)
        except OSError as error:
            raise TooLarge(_UNWRITTEN.format(error.strerror)) from error
        return Path(os.path.realpath(self._folder))

    def finish(self, last: bytes = b"") -> Path:
        """Keep it, with a last word; where it lies."""
        if self._path is None:
            raise AssertionError("a file that was thrown away or kept already")
        self._put(last)
        self._flush()
        kept = self._path.with_name(self._path.name.removeprefix(_DRAFT))
        self._path.rename(kept)
        self._path = None
        return kept

    def _put(self, data: bytes) -> None:
        try:
            self._written.write(data)
        except OSError as error:
            raise TooLarge(_UNWRITTEN.format(error.strerror)) from error

    def _flush(self) -> None:
        try:
            self._written.flush()
        except OSError as error:
            raise TooLarge(_UNWRITTEN.format(error.strerror)) from error

    def discard(self) -> None:
        """Throw it away, unless it was finished, and its folder."""
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None
