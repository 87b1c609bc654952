"""Files on the bot's own machine that a line may name: only those below the folders that the settings allow."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from commands.attempts import Refusal

LARGEST = 1024 * 1024  # bytes; an environment is smaller
_NONE = "slashdock may not read {}: no folder is set up from which files may be read (SLASHDOCK_FILES)."
_OUTSIDE = "slashdock may not read {}, which lies in none of the folders that SLASHDOCK_FILES names."
_ABSENT = "open {}: no such file or directory"
_LARGE = "slashdock does not read {}: it has more than {} bytes."


class OpeningError(ValueError):
    """A file that cannot even be opened; str() is Go's sentence."""


def read(path: str, folders: Sequence[Path]) -> bytes:
    """The bytes of a file; a relative path is looked for in each folder.

    Raises Refusal where it is not to be read here, OpeningError where it is not there, ValueError with Go's sentence
    where it cannot be read.
    """
    if not path:
        raise OpeningError(_ABSENT.format(path))
    if not folders:
        raise Refusal(_NONE.format(path))
    place = _place(path, folders)
    if place is None:
        raise Refusal(_OUTSIDE.format(path))
    try:
        door = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise OpeningError(f"open {path}: {(error.strerror or '').lower()}") from None
    try:
        return _content(door, path)
    finally:
        os.close(door)


def _place(path: str, folders: Iterable[Path]) -> Path | None:
    """Where the file really is, links followed; None where that is outside of every folder."""
    inside = [
        place
        for folder in folders
        for place in (Path(os.path.realpath(folder / path)),)
        if "\0" not in path and place.is_relative_to(os.path.realpath(folder))
    ]
    return next((place for place in inside if place.exists()), inside[0] if inside else None)


def _content(door: int, path: str) -> bytes:
    mode = os.fstat(door).st_mode
    if not stat.S_ISREG(mode):
        raise ValueError(f"read {path}: {'is a directory' if stat.S_ISDIR(mode) else 'not a regular file'}")
    with os.fdopen(door, "rb", closefd=False) as opened:
        content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Refusal(_LARGE.format(path, LARGEST))
    return content
