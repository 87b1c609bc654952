"""Archives that come in: what leads out of one, or is too much, is refused before anything of it is sent."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable
from tarfile import TarInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.archives import checking, packing, zips
from commands.archives.checking import Bounds
from commands.attempts import Refusal

MB = 1024 * 1024


def packed(*entries: TarInfo | tuple[TarInfo, bytes]) -> bytes:
    """An archive of these."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for each in entries:
            entry, content = each if isinstance(each, tuple) else (each, b"")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> TarInfo:
    """One without content."""
    made = TarInfo(name)
    made.type, made.linkname = kind, link
    return made


def passed(archive: bytes, **bounds: int | bool) -> int:
    """How many entries there are, where it is taken."""
    return checking.passed(io.BytesIO(archive), Bounds(**{"packed": len(archive), **bounds}))  # type: ignore[arg-type]


SYM, LNK, DIR = tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE
REFUSED: list[tuple[str, list[TarInfo]]] = [
    ("begins with /", [entry("/etc/passwd")]),
    ("begins with /", [entry("a"), entry("//b")]),
    ("leads above", [entry("../a")]),
    ("leads above", [entry("a/../../b")]),
    ("leads above", [entry("a/..", DIR)]),
    ("the link a leads out of it, to /etc/passwd", [entry("a", SYM, "/etc/passwd")]),
    ("leads out", [entry("a", SYM, "../b")]),
    ("leads out", [entry("a/b/c", SYM, "../../../d")]),
    ("leads out", [entry("a", SYM, "b/../../c")]),
    ("leads out", [entry("b", SYM, "."), entry("a", SYM, "b/./../c")]),
    ("leads out", [entry("a", LNK, "/etc/passwd")]),
    ("leads out", [entry("a", LNK, "../etc/passwd")]),
    ("a/b lies below the link a", [entry("x", DIR), entry("a", SYM, "x"), entry("a/b")]),
    ("a/b/c lies below the link a", [entry("./a/", SYM, "x"), entry("a/b/c")]),
    ("dev is a device", [entry("dev", tarfile.CHRTYPE)]),
    ("dev is a device", [entry("dev", tarfile.BLKTYPE)]),
    ("neither a file", [entry("odd", b"Z")]),
    ("it has a twice", [entry("a"), entry("./a")]),
]


@pytest.mark.attack("S32")
@pytest.mark.parametrize(("words", "entries"), REFUSED)
def test_what_leads_out_is_refused(words: str, entries: list[TarInfo]) -> None:
    """By its name, by a link, or as a device."""
    with pytest.raises(Refusal, match=words):
        passed(packed(entry("first"), *entries))


def test_what_stays_inside_is_taken() -> None:
    """Folders, links among themselves, names with dots in them, pipes."""
    inside = [
        entry("a", DIR),
        entry("u", SYM, "..x"),
        entry("a/b..c"),
        entry("a/l", SYM, "../d"),
        entry("h", LNK, "a/b..c"),
        entry("..x"),
    ]
    assert passed(packed(*inside, entry("p", tarfile.FIFOTYPE))) == len(inside) + 1
    rooted = packed(entry("bin", DIR), entry("bin/sh", SYM, "/bin/busybox"))
    assert passed(rooted, rooted=True) == 2
    with pytest.raises(Refusal, match="leads out"):
        passed(rooted)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_there_are_limits_however_it_is_packed(pack: Callable[[bytes], bytes]) -> None:
    """Of count and of size; and of ratio, where it is packed at all."""
    many = pack(packed(*(entry(f"f{n}") for n in range(30))))
    assert passed(many, entries=30) == 30
    with pytest.raises(Refusal, match="more than 29 files"):
        passed(many, entries=29)
    large = pack(packed((entry("a"), b"x" * MB), (entry("b"), b"y" * MB)))
    with pytest.raises(Refusal, match=r"more than 1\.05MB"):
        passed(large, size=MB)
    if pack is not bytes:
        with pytest.raises(Refusal, match="200 times as large"):
            passed(pack(packed((entry("a"), b"\0" * 64 * MB))))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_what_is_broken_is_refused_and_the_whole_is_read(pack: Callable[[bytes], bytes]) -> None:
    """Cut anywhere, or no archive at all; several streams after each other are one."""
    content = bytes(range(256)) * 900
    whole = packed((entry("a"), content), (entry("b"), content))
    half = len(whole) // 2
    assert passed(pack(whole), ratio=10**6) == 2
    if pack is not bytes:
        assert passed(pack(whole[:half]) + pack(whole[half:]), ratio=10**6) == 2
    for cut in (20, 700):
        with pytest.raises(Refusal, match="read to its end"):
            passed(pack(whole[: half - cut]), ratio=10**6)
        with pytest.raises(Refusal, match="read to its end"):
            passed(pack(b"no archive" * 100))
    with pytest.raises(Refusal, match="zstd"):
        passed(b"\x28\xb5\x2f\xfd" + whole)


def test_what_is_sent_says_no_more_than_what_was_looked_at() -> None:
    """A name that an extended header says besides is the one that was looked at, or is not sent."""
    odd = entry("good")
    odd.pax_headers = {"path": "../evil", "SCHILY.xattr.user.a": "1", "comment": "x"}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as made:
        made.addfile(odd)
    with pytest.raises(Refusal, match="leads above"):
        passed(archive.getvalue())
    sent = b"".join(checking.anew(io.BytesIO(packed((entry("d/x"), b"1"), entry("d/h", LNK, "d/x"))), Bounds(), "new"))
    with tarfile.open(fileobj=io.BytesIO(sent)) as found:
        assert [(each.name, each.linkname) for each in found] == [("new/x", ""), ("new/h", "new/x")]
        assert found.extractfile("new/x").read() == b"1"  # type: ignore[union-attr]


@given(st.lists(st.text("ab./", min_size=1, max_size=8), min_size=1, max_size=5))
def test_nothing_that_is_taken_is_unpacked_outside(names: Iterable[str]) -> None:
    """Whatever its names are made of: what is sent has no name that leads above or begins with /."""
    archive = packed(*(entry(name) for name in names))
    try:
        passed(archive)
    except Refusal:
        return
    with tarfile.open(fileobj=io.BytesIO(b"".join(checking.anew(io.BytesIO(archive), Bounds())))) as sent:
        for each in sent:
            assert not each.name.startswith("/")
            assert ".." not in each.name.split("/")


@pytest.mark.parametrize("name", ["a/../../etc/passwd", "/etc/passwd", "..", ".", "", "x/"])
def test_a_file_that_somebody_gave_has_no_folders_in_its_name(name: str) -> None:
    """Whatever the chat says that it is called."""
    archive = b"".join(packing.alone(name, io.BytesIO(b"abc"), 3))
    with tarfile.open(fileobj=io.BytesIO(archive)) as found:
        (one,) = found
        assert (one.name in {"passwd", "file"}, one.size) == (True, 3)


def headed(kind: bytes, size: int, count: int = 1) -> bytes:
    """A file, after so many heads of such a kind, each with so many bytes of nothing."""
    head = TarInfo("head")
    head.type, head.size = kind, size
    before = head.tobuf(tarfile.GNU_FORMAT) + bytes(size + -size % tarfile.BLOCKSIZE)
    return before * count + packed(entry("f"))


@pytest.mark.attack("S32")
@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_what_is_said_of_a_file_is_bounded_before_it_is_read(kind: bytes) -> None:
    """Of pax and of GNU: it packs to next to nothing, and readers of tar archives take it as a whole."""
    bomb = gzip.compress(headed(kind, 64 * MB))
    tracemalloc.start()
    with pytest.raises(Refusal, match="of one of its files has more than 1"):
        passed(bomb, ratio=10_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * MB


@pytest.mark.attack("S32")
def test_what_is_said_of_all_files_is_bounded() -> None:
    """It adds up, head by head."""
    said = b"".join(b"17 key%06d=abc\n" % n for n in range(6_000))
    head = TarInfo("head")
    head.type, head.size = b"g", len(said)
    with pytest.raises(Refusal, match="of all its files"):
        passed(head.tobuf() + said + bytes(-len(said) % tarfile.BLOCKSIZE) + packed(entry("f")))


@pytest.mark.attack("S32")
def test_heads_upon_heads_are_refused() -> None:
    """Each is read within the one before."""
    with pytest.raises(Refusal, match="no tar archive"):
        passed(headed(b"L", 0, 2_000), ratio=10_000)


@pytest.mark.attack("S32")
def test_folders_have_a_depth_and_count() -> None:
    """Also those that no entry is for."""
    assert passed(packed(entry("a/" * 100 + "f"))) == 1
    with pytest.raises(Refusal, match="more than 100 folders within"):
        passed(packed(entry("a/" * 101 + "f")))
    with pytest.raises(Refusal, match="more than 5 files"):
        passed(packed(entry("a/b/c/d/e/f")), entries=5)


@pytest.mark.attack("S32")
@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_is_packed_in_no_way_that_is_unpacked_at_once(method: int) -> None:
    """A few bytes of it would be a gigabyte in memory, whatever its list says."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("Dockerfile", b"FROM scratch\n")
    with pytest.raises(Refusal, match="Dockerfile is packed otherwise"):
        next(zips.entries(made, Bounds(packed=len(made.getvalue()))))
