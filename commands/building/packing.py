"""The archive of a build's context, as docker sends it, made while it is sent: nothing of it is kept."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tarfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from tarfile import BLOCKSIZE, TarInfo
from typing import Any

from commands.attempts import Refusal
from commands.building.ignoring import Ignored, Matched

LIMIT = 100 * 1024 * 1024  # bytes of a context; it goes through the bot
ENTRIES = 100_000  # files and folders that are looked at
DEEPEST = 100  # folders within each other
_CHUNK = 64 * 1024  # bytes
_OWN_MODE, _PLAIN_MODE = 0o600, 0o644
_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}  # somebody took it away meanwhile; docker leaves it out as well
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_TOO_LARGE = (
    "This context has more than {} MB, which is the most that slashdock sends. Leave files out by .dockerignore."
)
_TOO_MANY = (
    "This context has more than {} files, which is the most that slashdock sends. Leave some out by .dockerignore."
)

_TOO_DEEP = "This context has more than {} folders within each other, which is the most that slashdock sends."


@dataclass
class Packing:
    """What was packed so far: bytes, files and folders looked at, and the first names of files that have several.

    sent is how many bytes of it were taken away, packed together where that was asked for; mark is over all of it but
    the times of files.
    """

    size: int = 0
    sent: int = 0
    seen: int = 0
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    mark: Any = field(default_factory=hashlib.sha256)

    def count(self, size: int) -> None:
        """Note some bytes; raises Refusal where they are too many."""
        self.size += size
        if self.size > LIMIT:
            raise Refusal(_TOO_LARGE.format(LIMIT // 1024 // 1024))

    def header(self, entry: TarInfo) -> bytes:
        """What stands before the content of an entry, which is as long as it says."""
        facts = (entry.name, entry.type, entry.mode, entry.linkname, entry.size)
        self.mark.update(repr(facts).encode())
        return entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")

    def content(self, chunk: bytes) -> bytes:
        """Some of that."""
        self.mark.update(chunk)
        return chunk

    def look(self) -> None:
        """Note another file; raises Refusal where they are too many."""
        self.seen += 1
        if self.seen > ENTRIES:
            raise Refusal(_TOO_MANY.format(ENTRIES))


def folder(root: int, name: str, ignored: Ignored, instead: Mapping[str, bytes], packing: Packing) -> Iterator[bytes]:
    """The archive of an open folder, which errors call by this name.

    instead has the content of some files, as it was looked at; those that are not in the folder come last. Raises
    Refusal where it is too large, ValueError in docker's words where something cannot be read.
    """
    left = dict(instead)
    yield from _below(root, "", (), _Walk(name, ignored, left, packing))
    for path, content in left.items():
        yield from _counted(_text(path, content, _OWN_MODE, packing), packing)
    yield from _counted(_end(), packing)


def text(name: str, content: bytes, packing: Packing) -> Iterator[bytes]:
    """The archive of one file."""
    yield from _counted(_text(name, content, _PLAIN_MODE, packing), packing)
    yield from _counted(_end(), packing)


@dataclass(frozen=True)
class _Walk:
    name: str
    ignored: Ignored
    instead: dict[str, bytes]
    packing: Packing


def _below(door: int, above: str, matched: Matched, walk: _Walk) -> Iterator[bytes]:
    for name in sorted(os.listdir(door), key=os.fsencode):
        walk.packing.look()
        path = f"{above}/{name}" if above else name
        out, found = walk.ignored.matched(path, matched)
        try:
            status = os.stat(name, dir_fd=door, follow_symlinks=False)
            is_folder = stat.S_ISDIR(status.st_mode)
            if not out:
                yield from _counted(_entry(door, name, path, status, walk), walk.packing)
            if is_folder and (not out or walk.ignored.may_take_below(path)):
                yield from _entered(door, name, path, found, walk)
        except PermissionError:
            raise ValueError(f"error checking context: no permission to read from '{walk.name}/{path}'") from None
        except OSError as error:
            if error.errno not in _GONE:
                raise


def _entered(door: int, name: str, path: str, matched: Matched, walk: _Walk) -> Iterator[bytes]:
    if path.count("/") >= DEEPEST:
        raise Refusal(_TOO_DEEP.format(DEEPEST))
    below = os.open(name, _FOLDER, dir_fd=door)
    try:
        yield from _below(below, path, matched, walk)
    finally:
        os.close(below)


def _entry(door: int, name: str, path: str, status: os.stat_result, walk: _Walk) -> Iterator[bytes]:
    """The header of one entry, and the content where it is a file; devices and sockets are left out."""
    entry = _header(path, status)
    if path in walk.instead:
        yield from _file(entry, walk.instead.pop(path), walk.packing)
    elif stat.S_ISDIR(status.st_mode):
        entry.type = tarfile.DIRTYPE
        yield walk.packing.header(entry)
    elif stat.S_ISLNK(status.st_mode):
        entry.type, entry.linkname = tarfile.SYMTYPE, os.readlink(name, dir_fd=door)
        yield walk.packing.header(entry)
    elif stat.S_ISFIFO(status.st_mode):
        entry.type = tarfile.FIFOTYPE
        yield walk.packing.header(entry)
    elif stat.S_ISREG(status.st_mode):
        first = walk.packing.links.setdefault((status.st_dev, status.st_ino), path) if status.st_nlink > 1 else path
        if first != path:
            entry.type, entry.linkname = tarfile.LNKTYPE, first
            yield walk.packing.header(entry)
        else:
            yield from _read(door, name, entry, walk.packing)


def _header(path: str, status: os.stat_result) -> TarInfo:
    entry = TarInfo(path)
    entry.mode, entry.mtime = stat.S_IMODE(status.st_mode), int(status.st_mtime)
    return entry


def _read(door: int, name: str, entry: TarInfo, packing: Packing) -> Iterator[bytes]:
    """A file as it is when it is opened: what is added meanwhile is left out, what is taken away is empty."""
    with os.fdopen(os.open(name, _FILE, dir_fd=door), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return
        entry.size = left = status.st_size
        yield packing.header(entry)
        while left:
            chunk = file.read(min(_CHUNK, left)) or b"\0" * min(_CHUNK, left)
            left -= len(chunk)
            yield packing.content(chunk)
    yield _padding(entry.size)


def _text(path: str, content: bytes, mode: int, packing: Packing) -> Iterator[bytes]:
    entry = TarInfo(path)
    entry.mode, entry.mtime = mode, int(time.time())
    yield from _file(entry, content, packing)


def _file(entry: TarInfo, content: bytes, packing: Packing) -> Iterator[bytes]:
    entry.size = len(content)
    yield packing.header(entry)
    yield packing.content(content)
    yield _padding(entry.size)


def _padding(size: int) -> bytes:
    return b"\0" * (-size % BLOCKSIZE)


def _end() -> Iterator[bytes]:
    yield b"\0" * (2 * BLOCKSIZE)


def _counted(chunks: Iterator[bytes], packing: Packing) -> Iterator[bytes]:
    for chunk in chunks:
        packing.count(len(chunk))
        if chunk:
            yield chunk
