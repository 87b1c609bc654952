"""Lock files in the data folder: which processes still live, and that one bot runs there."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.database import Unwritable


class AlreadyRunning(Exception):  # noqa: N818 - a state of affairs, told to a person
    """Another `slashdock start` uses the same data folder."""


class Owner:
    """This process as the owner of what it has begun: a file that stays locked until the process ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.boot = secrets.token_hex(8)
        folder.mkdir(mode=0o700, exist_ok=True)
        self._path = folder / f"{self.boot}.lock"
        # Locked before it gets the name that others look at: nobody can take it for a dead one.
        fresh = self._path.with_suffix(".new")
        self._file = os.open(fresh, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        fresh.rename(self._path)

    def lives(self, boot: str) -> bool:
        """Whether the process of this boot id still runs; its own does."""
        return boot == self.boot or _locked(self._folder / f"{boot}.lock")

    def bury(self) -> None:
        """Remove the files of the dead."""
        for path in self._paths():
            if not self.lives(path.stem):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Give the lock up: what was begun and not ended counts as abandoned."""
        self._path.unlink(missing_ok=True)
        os.close(self._file)

    def _paths(self) -> Iterator[Path]:
        return self._folder.glob("*.lock")


def living(folder: Path) -> bool:
    """Whether any process has a record of this data folder open, a bot or a `slashdock exec`."""
    return any(map(_locked, (folder / "owners").glob("*.lock")))


class Instance:
    """The right to be the one bot of a data folder; a second one raises AlreadyRunning."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "start.lock"
        self._file = -1

    def __enter__(self) -> Self:
        """Take the lock; raises AlreadyRunning, and Unwritable where the folder cannot be used."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            told = f"{self._path.parent} cannot be written: {error.strerror}. Set SLASHDOCK_DATA to a folder that can."
            raise Unwritable(told) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise AlreadyRunning(
                f"Another slashdock runs with the data in {self._path.parent}. Stop it, or set SLASHDOCK_DATA to a"
                " folder of its own."
            ) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Give the lock up; the file stays, so that nobody can lock a removed one."""
        os.close(self._file)


def _locked(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
