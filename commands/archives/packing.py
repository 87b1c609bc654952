"""A tar archive of one file, made while it is sent."""

from __future__ import annotations

import tarfile
import time
from collections.abc import Iterator
from tarfile import BLOCKSIZE, TarInfo
from typing import BinaryIO

_MODE = 0o644
_CHUNK = 256 * 1024  # bytes


def alone(name: str, file: BinaryIO, size: int) -> Iterator[bytes]:
    """The archive of a file that has this size in bytes; it lies at the top, whatever it was called elsewhere."""
    entry = TarInfo(plain(name))
    entry.size, entry.mode, entry.mtime = size, _MODE, int(time.time())
    yield entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
    while chunk := file.read(_CHUNK):
        yield chunk
    yield b"\0" * (-size % BLOCKSIZE + 2 * BLOCKSIZE)


def plain(name: str) -> str:
    """A name without folders."""
    last = name.replace("\0", "").rpartition("/")[2]
    return "file" if last in {"", ".", ".."} else last
