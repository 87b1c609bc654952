"""Archives that are packed by gzip, bzip2 or xz, unpacked here: an engine runs programs for that, as root."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from commands.attempts import Refusal

_CHUNK = 64 * 1024  # bytes, packed
_MOST = 1024 * 1024  # bytes that one step may unpack to
_MEMORY = 128 * 1024 * 1024  # bytes that xz may ask for; `xz -9` asks for 65 MB
_GZIP = 16  # added to the window's bits, it means the format of gzip; zlib
_ZSTD = b"\x28\xb5\x2f\xfd"
_BROKEN = "This archive is packed in a way that cannot be read to its end."
_NO_ZSTD = "This archive is packed by zstd, which slashdock does not read. Pack it by gzip or xz, or not at all."


class Read(Protocol):
    """A file, as far as it is read from its beginning."""

    def read(self, wanted: int) -> bytes:
        """At most so many bytes, none at the end."""


def opened(file: BinaryIO) -> Read:
    """The archive as it is unpacked; raises Refusal where that cannot be."""
    head = file.read(6)
    file.seek(0)
    if head.startswith(_ZSTD):
        raise Refusal(_NO_ZSTD)
    made = next((make for magic, make in _PACKERS.items() if head.startswith(magic)), None)
    return file if made is None else _Unpacked(file, made)


class _Gzip:
    """zlib as bz2 and lzma are used."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=zlib.MAX_WBITS | _GZIP)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, most)


_PACKERS: dict[bytes, Callable[[], Any]] = {
    b"\x1f\x8b": _Gzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": lambda: lzma.LZMADecompressor(memlimit=_MEMORY),
}


def _insist(packed: bytes) -> None:
    if not packed:
        raise EOFError


class _Unpacked:
    """One stream after another, as long as they follow each other; no step unpacks more than a little."""

    def __init__(self, file: BinaryIO, make: Callable[[], Any]) -> None:
        self._file = file
        self._make = make
        self._inner = make()
        self._packed = b""
        self._rest = b""

    def read(self, wanted: int) -> bytes:
        """At most so many bytes, none at the end; raises Refusal where it is broken."""
        while not self._rest and self._step():
            pass
        taken, self._rest = self._rest[:wanted], self._rest[wanted:]
        return taken

    def _step(self) -> bool:
        """Unpack a little more; False at the end."""
        try:
            if self._inner.eof:
                self._packed = (self._inner.unused_data or self._file.read(_CHUNK)).lstrip(b"\0")
                if not self._packed:
                    return False
                self._inner = self._make()
            elif self._inner.needs_input and not self._packed:
                self._packed = self._file.read(_CHUNK)
                _insist(self._packed)
            given, self._packed = self._packed, b""
            self._rest = self._inner.decompress(given, _MOST)
        except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, MemoryError) as error:
            raise Refusal(_BROKEN) from error
        return True
