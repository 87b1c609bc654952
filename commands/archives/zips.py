"""What is in a zip archive, held to the same rules as what is in a tar archive."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from tarfile import DIRTYPE, SYMTYPE, TarInfo
from typing import BinaryIO

from commands.archives.checking import Bounds, Looked
from commands.attempts import Refusal

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")  # a zip with files, and one without
_END = struct.Struct("<4s4H2LH")  # the end of its list; PKWARE, APPNOTE 4.3.16
_LOCATOR = b"PK\x06\x07"  # of a list that is too long for that
_LOCATOR_SIZE = 20  # bytes
_LIST = 16 * 1024 * 1024  # bytes of its list, which is read at once
_COMMENT = 65_535  # bytes, the most
_CHUNK = 64 * 1024  # bytes
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # zipfile unpacks a chunk of any other one at once, however large
_LOCKED = 0x1  # a flag: it is encrypted
_PLAIN, _RUNS = 0o644, 0o111
_BROKEN = "This is no zip archive that can be read to its end."
_LARGE = "This archive is not taken: its list of files is too long."
_STRANGE = "This archive is not taken: {} is packed otherwise than zip programs do by themselves. Pack it anew."
_LOCKED_UP = "This archive is not taken: {} is encrypted."


def entries(file: BinaryIO, bounds: Bounds) -> Iterator[tuple[TarInfo, Iterator[bytes]]]:
    """What is in it, as of a tar archive, and the content of each, to be taken before the next one; raises Refusal."""
    looked = Looked(bounds)
    _check_list(file)
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                if info.flag_bits & _LOCKED:
                    raise Refusal(_LOCKED_UP.format(info.filename))
                if info.compress_type not in _METHODS:
                    raise Refusal(_STRANGE.format(info.filename))
                entry = _entry(info)
                if entry.issym():
                    entry.linkname = archive.read(info)[:_CHUNK].decode("utf-8", "surrogateescape")
                looked.take(entry)
                yield entry, _content(archive, info, entry)
    except _FAULTS as error:
        raise Refusal(_BROKEN) from error


_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError, struct.error)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, entry: TarInfo) -> Iterator[bytes]:
    if not entry.isreg():
        return
    try:
        with archive.open(info) as opened:
            while chunk := opened.read(_CHUNK):
                yield chunk
    except _FAULTS as error:
        raise Refusal(_BROKEN) from error


def _entry(info: zipfile.ZipInfo) -> TarInfo:
    entry, mode = TarInfo(info.filename.replace("\\", "/")), info.external_attr >> 16
    if info.is_dir():
        entry.type = DIRTYPE
    elif stat.S_ISLNK(mode) and info.file_size <= _CHUNK:
        entry.type = SYMTYPE
    else:
        entry.size = info.file_size
    entry.mode = _PLAIN | (mode & _RUNS) if entry.isreg() else _PLAIN | _RUNS
    return entry


def _check_list(file: BinaryIO) -> None:
    """Raise Refusal where the list of its files would not be read in a moment."""
    length = file.seek(0, 2)
    file.seek(max(0, length - _END.size - _COMMENT - _LOCATOR_SIZE))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise Refusal(_BROKEN)
    if _LOCATOR in tail[max(0, at - _LOCATOR_SIZE) : at] or _END.unpack_from(tail, at)[5] > _LIST:
        raise Refusal(_LARGE)
    file.seek(0)
