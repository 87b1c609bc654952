"""An archive that was given to build from, as a folder of slashdock's own that nobody else writes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tarfile import TarInfo
from typing import BinaryIO

from commands.archives import checking, incoming, zips
from commands.archives.checking import Bounds
from commands.archives.incoming import ATTACHED, upload
from commands.archives.moving import Moving
from commands.attempts import Refusal
from commands.building import contexts
from commands.building.contexts import INLINE, Asked
from commands.building.folders import FILE_LIMIT
from commands.building.packing import LIMIT
from commands.context import Context
from commands.filing import Draft

_TAR = (257, b"ustar")  # where a tar archive says that it is one
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
Entries = Callable[[BinaryIO, Bounds], Iterator[tuple[TarInfo, Iterator[bytes]]]]
_HEAD = 512  # bytes
_ODD = "This archive is not taken: {} cannot be made of it."
_PIPE = "This archive is not taken: {} is a pipe, which nothing is built of."
_CANCELLED = "Nothing was built."
_LARGE = "This is neither a tar nor a zip archive, and too large for a Dockerfile."


@contextmanager
def opened(ctx: Context, asked: Asked) -> Iterator[contexts.Context]:
    """The context of a build, which an archive may be; raises Refusal, ValueError in docker's words."""
    with ExitStack() as stack:
        if asked.context == ATTACHED or upload(asked.context):
            given = stack.enter_context(_unfolded(ctx, asked.context))
            asked = replace(asked, unfolded=given) if isinstance(given, Path) else _alone(asked, given)
        yield stack.enter_context(contexts.opened(asked, ctx.allowances, ctx.outside))


def _alone(asked: Asked, content: bytes) -> Asked:
    """A Dockerfile by itself; raises ValueError where the line names another one."""
    if asked.file:
        raise ValueError(f"unable to prepare context: {contexts.AMBIGUOUS}")
    return Asked(INLINE, "", content)


@contextmanager
def _unfolded(ctx: Context, text: str) -> Iterator[Path | bytes]:
    """What a word of the line names: a folder with what is in the archive, or the Dockerfile that it is.

    The folder is gone after the block. Raises Refusal, ValueError in docker's words.
    """
    with ctx.draft() as draft:
        with Moving(ctx, text, _CANCELLED).lasting() as moving:
            incoming.take(ctx, text, draft)
            given = _given(draft, moving)
        yield given


def _given(draft: Draft, moving: Moving) -> Path | bytes:
    kind = _kind(draft)
    if kind is None:
        return _whole(draft)
    root = draft.folder()
    with moving.looked(draft) as file:
        _write(root, kind(file, Bounds(packed=draft.size, size=LIMIT)))
    return root


def _kind(draft: Draft) -> Entries | None:
    """How what is in it is read; None where it is no archive."""
    with draft.opened() as file:
        head = file.read(_HEAD)
    if head.startswith(zips.MAGIC):
        return zips.entries
    at, magic = _TAR
    return checking.entries if head[at:].startswith(magic) or head.startswith(_PACKED) else None


def _whole(draft: Draft) -> bytes:
    if draft.size > FILE_LIMIT:
        raise Refusal(_LARGE)
    with draft.opened() as file:
        return file.read()


def _write(root: Path, entries: Iterator[tuple[TarInfo, Iterator[bytes]]]) -> None:
    """Make what was looked at: no name leads out of the folder, and no link is on the way to any."""
    for entry, content in entries:
        try:
            _make(root, entry, content)
        except OSError as error:
            raise Refusal(_ODD.format(entry.name)) from error


def _make(root: Path, entry: TarInfo, content: Iterator[bytes]) -> None:
    path = root / checking.clean(entry.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if entry.isdir():
        path.mkdir(exist_ok=True)
    elif entry.issym():
        path.symlink_to(entry.linkname)
    elif entry.islnk():
        path.hardlink_to(root / checking.clean(entry.linkname))
    elif entry.isreg():
        with path.open("xb") as file:
            file.writelines(content)
        path.chmod(entry.mode & 0o777 | 0o600)
    else:
        raise Refusal(_PIPE.format(entry.name))
