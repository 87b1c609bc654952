"""What an archive may hold: nothing that leads out of it, no devices, and no more than the limits."""

from __future__ import annotations

import posixpath
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, dropwhile
from tarfile import BLOCKSIZE, TarInfo
from typing import BinaryIO

from commands.archives import unpacking
from commands.archives.unpacking import Read
from commands.attempts import Refusal
from commands.units import size

ENTRIES = 100_000  # files and folders
SIZE = 4 * 1024 * 1024 * 1024  # bytes, unpacked
RATIO = 200  # times that it may be larger unpacked; text comes to 20, source code to 10, zeros to 1000
SMALL = 1024 * 1024  # bytes, unpacked, up to which no ratio is looked at
DEEPEST = 100  # folders within each other
HEAD = 1024 * 1024  # bytes that may stand before an entry: its name, its link, its attributes
HEAD_OF_ALL = 64 * 1024  # characters that may be said of all its entries at once
_CHUNK = 64 * 1024  # bytes
_XATTR = "SCHILY.xattr."  # of a pax header: an extended attribute; star(5)
_NO_ARCHIVE = "This is no tar archive that can be read to its end."
_ABSOLUTE = "This archive is not taken: {} begins with /, so that it would lie outside of where it is unpacked."
_ABOVE = "This archive is not taken: {} leads above where it is unpacked."
_LEADS_OUT = "This archive is not taken: the link {} leads out of it, to {}."
_THROUGH = "This archive is not taken: {} lies below the link {}."
_DEVICE = "This archive is not taken: {} is a device."
_STRANGE = "This archive is not taken: {} is neither a file nor a folder nor a link."
_TWICE = "This archive is not taken: it has {} twice."
_MANY = "This archive is not taken: it has more than {} files."
_LARGE = "This archive is not taken: unpacked it has more than {}."
_DEEP = "This archive is not taken: it has more than {} folders within each other."
_HEAVY = "This archive is not taken: what it says of one of its files has more than {}."
_HEAVY_FOR_ALL = "This archive is not taken: what it says of all its files at once is too much."
_BOMB = "This archive is not taken: unpacked it is more than {} times as large."


@dataclass(frozen=True)
class Bounds:
    """entries, size (bytes, unpacked) and ratio are limits; packed is how many bytes it has packed, 0: it is not.

    trusted: it comes from an engine, where links lead wherever they lead in its container. rooted: it is a whole root
    folder, in which links that begin with / begin at its own top.
    """

    packed: int = 0
    trusted: bool = False
    rooted: bool = False
    entries: int = ENTRIES
    size: int = SIZE
    ratio: int = RATIO

    def check(self, unpacked: int) -> None:
        """Raise Refusal where so many bytes are too many."""
        if unpacked > self.size:
            raise Refusal(_LARGE.format(size(self.size)))
        if self.packed and unpacked > max(SMALL, self.packed * self.ratio):
            raise Refusal(_BOMB.format(self.ratio))


@dataclass
class Looked:
    """What was looked at of an archive so far."""

    bounds: Bounds
    entries: int = 0
    size: int = 0
    links: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)

    def count(self, amount: int) -> None:
        """Note some bytes, unpacked; raises Refusal where they are too many."""
        self.size += BLOCKSIZE + amount
        self.bounds.check(self.size)

    def take(self, entry: TarInfo) -> None:
        """Look at one more; raises Refusal."""
        self._entered()
        self.count(entry.size if entry.isreg() else 0)
        if entry.ischr() or entry.isblk():
            raise Refusal(_DEVICE.format(entry.name))
        if entry.issparse() or not (entry.isreg() or entry.isdir() or entry.issym() or entry.islnk() or entry.isfifo()):
            raise Refusal(_STRANGE.format(entry.name))
        self._place(entry)

    def _entered(self) -> None:
        self.entries += 1
        if self.entries > self.bounds.entries:
            raise Refusal(_MANY.format(self.bounds.entries))

    def _place(self, entry: TarInfo) -> None:
        name = entry.name
        if "\0" in name or "\0" in entry.linkname:
            raise Refusal(_STRANGE.format(name.replace("\0", "?")))
        if name.startswith("/") and not self.bounds.trusted:
            raise Refusal(_ABSOLUTE.format(name))
        if ".." in name.split("/"):
            raise Refusal(_ABOVE.format(name))
        if not self.bounds.trusted:
            self._above(name)
            self._once(entry)
        if entry.islnk() and (".." in entry.linkname.split("/") or self._is_out(entry.linkname)):
            raise Refusal(_LEADS_OUT.format(name, entry.linkname))
        if entry.issym():
            self._leads(name, entry.linkname)
            self.links.add(clean(name))

    def _once(self, entry: TarInfo) -> None:
        """Raise Refusal where another one has its name: which of them counts, every reader may see in its own way."""
        name = clean(entry.name)
        if name in self.names and not entry.isdir():
            raise Refusal(_TWICE.format(name))
        self.names.add(name)

    def _leads(self, name: str, target: str) -> None:
        """Raise Refusal where a symbolic link leads out."""
        if self.bounds.trusted or (self.bounds.rooted and target.startswith("/")):
            return
        leads = clean(posixpath.join(posixpath.dirname(clean(name)), target))
        turns = _turns(target) and not self.bounds.rooted
        if turns or self._is_out(target) or leads == ".." or leads.startswith("../"):
            raise Refusal(_LEADS_OUT.format(name, target))

    def _is_out(self, target: str) -> bool:
        return target.startswith("/") and not self.bounds.trusted

    def _above(self, name: str) -> None:
        """Look at the folders on the way: raise Refusal where they are too many, or one is a link of the same archive.

        That may lead elsewhere by then.
        """
        above = posixpath.dirname(clean(name))
        if above.count("/") >= DEEPEST:
            raise Refusal(_DEEP.format(DEEPEST))
        while above:
            if above in self.links:
                raise Refusal(_THROUGH.format(name, above))
            if above not in self.folders:
                self._entered()
                self.folders.add(above)
            above = posixpath.dirname(above)


def _turns(target: str) -> bool:
    """Whether it goes up after it went down: by a link on the way that may lead anywhere."""
    steps = [step for step in target.split("/") if step not in {"", "."}]
    return ".." in dropwhile(lambda step: step == "..", steps)


def entries(file: BinaryIO, bounds: Bounds) -> Iterator[tuple[TarInfo, Iterator[bytes]]]:
    """What is in a tar archive, and the content of each, to be taken before the next one; raises Refusal.

    An entry has no more facts than those that were looked at: what is made of it anew says nothing else.
    """
    looked = Looked(bounds)
    metered = _Metered(unpacking.opened(file), bounds)
    with _read(), tarfile.open(fileobj=metered, mode="r|", bufsize=_CHUNK) as archive:  # type: ignore[call-overload]
        while (entry := archive.next()) is not None:
            archive.members.clear()  # it keeps all that it has seen
            metered.heads = False
            if sum(map(len, chain.from_iterable(archive.pax_headers.items()))) > HEAD_OF_ALL:
                raise Refusal(_HEAVY_FOR_ALL)
            looked.take(entry)
            entry.pax_headers = {key: each for key, each in entry.pax_headers.items() if key.startswith(_XATTR)}
            content = _content(archive, entry)
            yield entry, content
            for _ in content:
                pass
            metered.heads, metered.head = True, 0


@dataclass
class _Metered:
    """What is read of an archive, counted as it comes: tarfile reads what stands before an entry at once."""

    file: Read
    bounds: Bounds
    heads: bool = True
    head: int = 0
    size: int = 0

    def read(self, wanted: int) -> bytes:
        """At most so many bytes, none at the end; raises Refusal where they are too many."""
        data = self.file.read(wanted)
        self.size += len(data)
        self.bounds.check(self.size)
        self.head += len(data)
        if self.heads and self.head > HEAD:
            raise Refusal(_HEAVY.format(size(HEAD)))
        return data


@contextmanager
def _read() -> Iterator[None]:
    """Raise Refusal where an archive is none, or breaks off."""
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError, RecursionError) as error:  # it calls itself for each head of a file
        raise Refusal(_NO_ARCHIVE) from error


def _content(archive: tarfile.TarFile, entry: TarInfo) -> Iterator[bytes]:
    opened = archive.extractfile(entry) if entry.isreg() else None
    with _read():
        while opened is not None and (chunk := opened.read(_CHUNK)):
            yield chunk


def passed(file: BinaryIO, bounds: Bounds) -> int:
    """Look at all of it, to its end; how many entries that are. Raises Refusal."""
    count = 0
    for _, content in entries(file, bounds):
        count += 1
        for _ in content:
            pass
    return count


def anew(file: BinaryIO, bounds: Bounds, name: str | None = None) -> Iterator[bytes]:
    """The same archive, made anew of what was looked at; name is what its first entry is called, None: as it is."""
    first = ""
    for at, (entry, content) in enumerate(entries(file, bounds)):
        first = _top(entry.name) if not at else first
        entry.name = _renamed(entry.name, first, name)
        if entry.islnk():
            entry.linkname = _renamed(entry.linkname, first, name)
        yield entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
        left = -entry.size % BLOCKSIZE if entry.isreg() else 0
        yield from content
        if left:
            yield b"\0" * left
    yield b"\0" * (2 * BLOCKSIZE)


def _top(name: str) -> str:
    """The first step of a name; empty where it is the folder that is unpacked itself."""
    return clean(name).partition("/")[0]


def _renamed(name: str, first: str, new: str | None) -> str:
    bare = clean(name)
    if new is None:
        return bare or "."
    below = bare.removeprefix(first).lstrip("/")
    return f"{new}/{below}" if below else new


def clean(name: str) -> str:
    """A name without what says nothing: a slash at its beginning or end, and dots."""
    normal = posixpath.normpath(name.lstrip("/")) if name.strip("/") else "."
    return "" if normal == "." else normal
