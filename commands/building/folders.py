"""Folders on the bot's own machine that builds may take in: below what the settings allow, and no link leads out.

Every step down is taken from the open folder above, so that nobody can put a link in the way meanwhile.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from commands import legible
from commands.attempts import Refusal

FILE_LIMIT = 1024 * 1024  # bytes of a Dockerfile or .dockerignore; larger ones are something else
_NONE = "slashdock may not read {}: no folder is set up from which files may be read (SLASHDOCK_FILES)."
_OUTSIDE = "slashdock may not read {}, which lies in none of the folders that SLASHDOCK_FILES names."
_LARGE = "slashdock does not read {}: it has more than {} bytes."
_DEEPER = (
    "{0}. All that is there lies in the folder {1}: send what is in that folder, or say -f {1}/{2}; paths in the"
    " Dockerfile then begin above {1}."
)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Place:
    """Where something really is, links followed, and the allowed folder above it, really too."""

    folder: Path
    path: Path

    @property
    def parts(self) -> tuple[str, ...]:
        """The steps from the one to the other."""
        return self.path.relative_to(self.folder).parts


def find(path: str, folders: Sequence[Path]) -> Place | None:
    """Where a path of a line is, None where there is nothing: a relative one is looked for in each folder.

    Raises Refusal where slashdock may not look there.
    """
    if not folders:
        raise Refusal(_NONE.format(path))
    if not path or "\0" in path:
        return None
    inside = [place for folder in folders if (place := _inside(folder, path)) is not None]
    if not inside:
        raise Refusal(_OUTSIDE.format(path))
    return next((place for place in inside if place.path.exists()), None)


def _inside(folder: Path, path: str) -> Place | None:
    root = Path(os.path.realpath(folder))
    place = Path(os.path.realpath(root / path))
    return Place(root, place) if place.is_relative_to(root) else None


def within(path: Path, folders: Sequence[Path]) -> Place:
    """A path that was found, to be opened; raises Refusal where it leads out of the folders."""
    found = next((place for folder in folders if (place := _inside(folder, str(path))) is not None), None)
    if found is None:
        raise Refusal(_OUTSIDE.format(path))
    return found


@contextmanager
def opened(place: Place) -> Iterator[int]:
    """The folder there, open; raises OSError where it is none."""
    door = os.open(place.folder, _FOLDER)
    try:
        for part in place.parts:
            below = os.open(part, _FOLDER, dir_fd=door)
            os.close(door)
            door = below
        yield door
    finally:
        os.close(door)


def content(place: Place) -> bytes | None:
    """The bytes of a small file there, None where it is none; raises Refusal, ValueError where it cannot be read."""
    try:
        return _content(place)
    except OSError as error:
        raise ValueError(f"open {place.path}: {(error.strerror or '').lower()}") from None


def _content(place: Place) -> bytes | None:
    with opened(Place(place.folder, place.path.parent)) as above:
        door = os.open(place.path.name, _FILE, dir_fd=above)
    with os.fdopen(door, "rb") as file:
        if not stat.S_ISREG(os.fstat(door).st_mode):
            return None
        read = file.read(FILE_LIMIT + 1)
    if len(read) > FILE_LIMIT:
        raise Refusal(_LARGE.format(place.path, FILE_LIMIT))
    return read


@contextmanager
def told_from(folder: Path, dockerfile: str) -> Iterator[None]:
    """What is raised within tells of paths as they are in this folder: where that lies for one build is ours alone.

    Where the Dockerfile is one folder deeper, with all there is, that is told as well.
    """
    above = f"{os.path.realpath(folder)}{os.sep}"
    try:
        yield
    except ValueError as error:
        why, deeper = str(error).replace(above, ""), _deeper(folder, dockerfile)
        raise ValueError(_DEEPER.format(why, legible.shown(deeper), dockerfile) if deeper else why) from None
    except Refusal as refusal:
        raise Refusal(str(refusal).replace(above, "")) from None


def _deeper(folder: Path, dockerfile: str) -> str:
    """The only folder that is there, where the Dockerfile is in that and not above it; empty where none is so."""
    top = [each.name for each in folder.iterdir()]
    one = len(top) == 1 and not os.path.lexists(folder / dockerfile) and os.path.lexists(folder / top[0] / dockerfile)
    return top[0] if one else ""
