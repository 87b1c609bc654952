"""Where files are copied from and to, as docker's `cp` reads it, and what of an archive is called what by that."""

from __future__ import annotations

import base64
import binascii
import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass

from docker.api.client import APIClient
from docker.errors import APIError

from commands import wire
from commands.creation.process import is_in_proc

ARCHIVE = "/containers/{0}/archive"
STAT = "X-Docker-Container-Path-Stat"  # the header; Docker API, "containers/archive"
IN_PROC = "Nothing is copied from or to {}: what is there is the kernel's, and leads out of a container."
NO_FOLDER = "no such directory"  # docker's, of a destination that ends with a slash
_NOT_BOTH = "cannot copy directory"
_NEITHER = 'destination "{}:{}" must be a directory or a regular file'
_NEVER = 1 << 26 | 1 << 19  # a device, and what is irregular: nothing is put in their place; see below
_DIRECTORY, _LINK = 1 << 31, 1 << 27  # Go, fs.FileMode
_SPECIAL = 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19  # devices, pipes, sockets; see above


@dataclass(frozen=True)
class Place:
    """A side of the line; container is empty where it is no path in one."""

    container: str
    path: str

    @property
    def is_barred(self) -> bool:
        """Whether nothing may be copied there, or from there."""
        return bool(self.container) and is_in_proc(f"/{self.path}")


def split(text: str) -> Place:
    """CONTAINER:PATH, or a path alone: one that begins with / or with a dot."""
    container, colon, path = text.partition(":")
    if text.startswith("/") or not colon or container.startswith("."):
        return Place("", text)
    return Place(container, path)


@dataclass(frozen=True)
class Stat:
    """What the engine says of a path: mode as Go has it, size in bytes where it is a regular file."""

    name: str
    size: int
    mode: int
    link: str

    @property
    def is_folder(self) -> bool:
        """Whether it is a directory."""
        return bool(self.mode & _DIRECTORY)

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return bool(self.mode & _LINK)

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return not self.mode & (_DIRECTORY | _LINK | _SPECIAL)


def told(headers: Mapping[str, str]) -> Stat:
    """What an answer says of its path; raises ValueError where it says nothing."""
    try:
        said = json.loads(base64.b64decode(headers[STAT]))
        return Stat(str(said["name"]), int(said["size"]), int(said["mode"]), str(said.get("linkTarget") or ""))
    except (KeyError, TypeError, binascii.Error) as error:
        raise ValueError("the engine does not say what it is") from error


def stat(client: APIClient, container: str, path: str) -> Stat | None:
    """What is at a path of a container, None where nothing is; container is a full id."""
    try:
        return told(wire.head(client, ARCHIVE, container, params={"path": path}))
    except APIError:  # docker goes on, too: what it does then is refused in words, which a HEAD has none of
        return None


def followed(path: str, found: Stat) -> str:
    """Where a link leads, from its own folder on."""
    return posixpath.join(posixpath.dirname(posixpath.normpath(path)), found.link)


@dataclass(frozen=True)
class Into:
    """The folder that an archive is unpacked in, and what its first entry is called there; None: as it is."""

    folder: str
    name: str | None = None


def into(place: Place, path: str, there: Stat | None, *, is_folder: bool) -> Into:
    """What docker makes of a destination; path is where links lead, there what is at it, is_folder of the source.

    Raises ValueError in docker's words.
    """
    if there is None:
        if not is_folder and _says_folder(path):
            raise ValueError(NO_FOLDER)
        return _beside(path)
    if there.is_folder:
        return Into(path)
    if there.mode & _NEVER:
        raise ValueError(_NEITHER.format(place.container, place.path))
    if is_folder:
        raise ValueError(_NOT_BOTH)
    return _beside(path)


def _beside(path: str) -> Into:
    clean = posixpath.normpath(f"/{path.lstrip('/')}")
    return Into(posixpath.dirname(clean), posixpath.basename(clean))


def _says_folder(path: str) -> bool:
    return path.endswith(("/", "/.")) or path in {".", ""}
