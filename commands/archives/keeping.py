"""Writing a file into a folder of the bot's machine that the settings allow: a new one, and never by a link."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from commands.attempts import Refusal
from commands.building import folders
from commands.building.folders import Place
from commands.filing import Draft

_NOT_HERE = "slashdock may not write {}, which lies in none of the folders that SLASHDOCK_FILES names."
_THERE = "slashdock overwrites nothing: {} is there already."
_NO_PARENT = "invalid output path: stat {}: no such file or directory"
_FOLDER = "cannot write to a directory"
_FAILED = "slashdock cannot write {}: {}."
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o600


@dataclass(frozen=True)
class Kept:
    """Where a file is to be written: a folder that was found, the name in it, and how the line calls both."""

    above: Place
    name: str
    path: str

    def write(self, draft: Draft) -> None:
        """Write what the draft has; raises Refusal where it cannot be, and then nothing is there."""
        try:
            with folders.opened(self.above) as door:
                self._write(draft, door)
        except FileExistsError:
            raise Refusal(_THERE.format(self.path)) from None
        except OSError as error:
            raise Refusal(_FAILED.format(self.path, error.strerror)) from error

    def _write(self, draft: Draft, door: int) -> None:
        file = os.open(self.name, _NEW, _MODE, dir_fd=door)
        try:
            with os.fdopen(file, "wb") as written, draft.opened() as read:
                shutil.copyfileobj(read, written)
        except OSError:
            with suppress(OSError):
                os.unlink(self.name, dir_fd=door)
            raise


def place(path: str, allowed: Sequence[Path]) -> Kept:
    """Where that is; a relative path is looked for in each folder. Raises Refusal, ValueError in docker's words."""
    above, name = os.path.split(os.path.normpath(path))
    try:
        found = folders.find(above or ".", allowed)
    except Refusal:
        raise Refusal(_NOT_HERE.format(path)) from None
    if found is None or not found.path.is_dir():
        raise ValueError(_NO_PARENT.format(above))
    if name in {"", ".", ".."}:
        raise ValueError(_FOLDER)
    try:
        there = os.lstat(found.path / name)
    except OSError:
        return Kept(found, name, path)
    if stat.S_ISDIR(there.st_mode):
        raise ValueError(_FOLDER)
    raise Refusal(_THERE.format(path))
