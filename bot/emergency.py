"""The file for what became of actions while the database could not be written: read back at the next start."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import stat
from collections.abc import Iterator, Mapping
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


class Emergency:
    """Lines, each sealed, in the data folder, or where that takes none in another place on the machine."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._seal = Seal(key, PURPOSE)
        self._files = files(folder)

    def keep(self, told: Mapping[str, Any]) -> Path | None:
        """Write one down, to the disk; the file that took it, None where none did."""
        line = self._seal.close(json.dumps(told, sort_keys=True), NAME).hex() + "\n"
        for file in self._files:
            try:
                _append(file, line)
            except OSError as error:
                log.warning("an outcome could not be kept in %s: %s", file, error.strerror)
            else:
                return file
        return None

    def kept(self) -> Iterator[dict[str, Any]]:
        """What was kept, oldest first; a line that was cut short or is not ours is told of in the log."""
        for file in self._files:
            for line in _lines(file):
                try:
                    yield json.loads(self._seal.open(bytes.fromhex(line), NAME))
                except (Broken, ValueError):
                    log.warning("a line of %s was not written by slashdock, or not to its end", file)

    def clear(self) -> None:
        """Remove the files: what they held is in the record."""
        for file in self._files:
            try:
                if _is_ours(file):
                    file.unlink()
            except OSError as error:
                log.warning("%s could not be removed: %s", file, error.strerror)


def _append(file: Path, line: str) -> None:
    opened = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        found = os.fstat(opened)
        if found.st_uid != os.geteuid() or found.st_size + len(line) > SIZE:
            raise OSError(0, "it belongs to somebody else, or is full")
        before = found.st_size
        if os.write(opened, line.encode()) < len(line):
            os.ftruncate(opened, before)
            raise OSError(0, "there is no room left")
        os.fsync(opened)
    finally:
        os.close(opened)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("ascii").splitlines() if _is_ours(file) else []
    except (OSError, ValueError):
        log.exception("%s could not be read", file)
        return []


def _is_ours(file: Path) -> bool:
    """Whether it is there, a plain file and this user's."""
    try:
        found = file.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
