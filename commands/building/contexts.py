"""What is sent to be built: an inline Dockerfile, a folder, a git repository, or a Dockerfile at an address."""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from commands import units
from commands.allowances import Allowances
from commands.attempts import Refusal
from commands.building import downloading, folders, git, ignoring, remotes
from commands.building import packing as packs
from commands.building.folders import Place
from commands.building.packing import Packing
from commands.golang.quote import quote
from commands.outside import Outside

INLINE = "-"  # in the place of a context or of a Dockerfile: it is asked for
DOCKERFILE = "Dockerfile"
_HIDDEN_NAME = ".dockerfile."  # begins the name of a Dockerfile that is none of the context's
_GZIP = 16  # added to the window's bits, it means the format of gzip; zlib
_REST = 20  # hexadecimal digits of the rest of that name: of the content's SHA-256, so that the same has the same name
_WEB = ("http://", "https://")
_GIT = ("git://", "github.com/", "git@")
_GIT_PATH = re.compile(r"\.git(?:#.+)?$")
AMBIGUOUS = "ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles"
_NO_ARCHIVE = "build context is not an archive"
_SENDING = "Sending build context to Docker daemon "
_DOWNLOADING = "Downloading build context from remote url: {} {:>8}"
_OUT = f"..{os.sep}"
_SIZE_WIDTH = 8  # characters


@dataclass(frozen=True)
class Asked:
    """What the line says of it: the context, the Dockerfile's name (empty: not said), and what was filled in.

    unfolded is the folder with what is in the archive that the context names, where it names one.
    """

    context: str
    file: str
    inline: bytes
    unfolded: Path | None = None


@dataclass(frozen=True)
class Context:
    """The Dockerfile's name in it and its content, None where it is no file; the archive, and how far it is sent.

    said is what docker prints of getting it.
    """

    dockerfile: str
    content: bytes | None
    archive: Iterator[bytes]
    said: str = ""
    packing: Packing = field(default_factory=Packing)

    def chunks(self, *, compress: bool) -> Iterator[bytes]:
        """The archive, to be taken once, as it is or by gzip."""
        for chunk in _gzipped(self.archive) if compress else self.archive:
            self.packing.sent += len(chunk)
            yield chunk

    def pass_over(self, *, compress: bool = False) -> None:
        """Take the archive without sending it."""
        for _ in self.chunks(compress=compress):
            pass

    def sent(self) -> str:
        """What docker prints of the sending, where nobody watches."""
        return f"{self.said}{_SENDING}{units.size(self.packing.sent, 4):>{_SIZE_WIDTH}}\n\n"


def _gzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | _GZIP)
    for chunk in chunks:
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()


def is_git(text: str) -> bool:
    """Whether docker takes it for a git repository, if it is no folder."""
    return text.startswith(_GIT) or (text.startswith(_WEB) and _GIT_PATH.search(text) is not None)


@dataclass(frozen=True)
class _Folder:
    """A folder that was found: the Dockerfile's name in it and its content; allowed is what links may lead to.

    apart: the Dockerfile is none of the folder's own.
    """

    place: Place
    dockerfile: str
    content: bytes | None
    allowed: tuple[Path, ...]
    apart: bool = False


@contextmanager
def opened(asked: Asked, allowances: Allowances, outside: Outside) -> Iterator[Context]:
    """The context, to be sent within the block; its Dockerfile is what was bound, and so is what is sent to its end.

    Raises Refusal where slashdock may not have it, ValueError in docker's words where it cannot be had.
    """
    with ExitStack() as stack:
        if asked.context == INLINE:
            yield _alone(asked.inline)
            return
        context = _opened(asked, allowances, stack)
        outside.take(f"the Dockerfile of {asked.context}", repr((context.dockerfile, context.content)).encode())
        yield replace(context, archive=_kept_back(context, partial(outside.note, f"the context {asked.context}")))


def _kept_back(context: Context, note: Callable[[str], None]) -> Iterator[bytes]:
    """The archive, whose last bytes are had only once its fingerprint was noted: without them no engine builds it."""
    last = b""
    for chunk in context.archive:
        if last:
            yield last
        last = chunk
    note(context.packing.mark.hexdigest())
    yield last


def _opened(asked: Asked, allowances: Allowances, stack: ExitStack) -> Context:
    try:
        found = _found(asked, allowances, stack)
    except ValueError as error:
        raise ValueError(f"unable to prepare context: {error}") from None
    return found if isinstance(found, Context) else _packed(found, stack)


def _found(asked: Asked, allowances: Allowances, stack: ExitStack) -> _Folder | Context:
    if asked.unfolded is not None:
        return _whole(asked, asked.unfolded, asked.unfolded)
    folder = _local(asked, allowances)
    if folder is not None:
        return folder
    if is_git(asked.context):
        return _repository(asked, allowances, stack)
    if asked.context.startswith(_WEB):
        return _downloaded(asked, allowances)
    raise ValueError(f"path {quote(asked.context)} not found")


def _alone(content: bytes, said: str = "") -> Context:
    """A Dockerfile without any other file."""
    packing = Packing()
    return Context(DOCKERFILE, content, packs.text(DOCKERFILE, content, packing), said, packing)


def _downloaded(asked: Asked, allowances: Allowances) -> Context:
    if asked.file:
        raise ValueError(_NO_ARCHIVE if asked.file == INLINE else AMBIGUOUS)
    content = downloading.dockerfile(asked.context, allowances.remotes)
    return _alone(content, f"{_DOWNLOADING.format(asked.context, units.size(len(content), 4))}\n\n")


def _local(asked: Asked, allowances: Allowances) -> _Folder | None:
    """The folder on the bot's machine, None where the context is none there; it is read from the allowed folder on."""
    remote = is_git(asked.context) or asked.context.startswith(_WEB)
    if remote and not allowances.files:
        return None
    place = folders.find(asked.context, allowances.files)
    if place is None:
        return None
    if not place.path.is_dir():
        raise ValueError(f"context must be a directory: {place.path}")
    if asked.file == INLINE:
        return _Folder(place, INLINE, asked.inline, allowances.files, apart=True)
    found = _dockerfile(place.path, _named(place, asked.file) if asked.file else None, allowances.files)
    name = os.path.relpath(found.path, place.path)
    return _Folder(place, name, folders.content(found), allowances.files, apart=name.startswith(_OUT))


def _named(place: Place, file: str) -> Path:
    """The Dockerfile of a relative name: in the context, else from the allowed folder on, as if one stood there."""
    inside = place.path / file
    beside = place.folder / file
    return beside if os.path.lexists(beside) and not os.path.lexists(inside) else inside


def _repository(asked: Asked, allowances: Allowances, stack: ExitStack) -> _Folder:
    cloned = git.cloned(asked.context, lambda address: remotes.allows(address, allowances.remotes))
    path, root = stack.enter_context(cloned)
    return _whole(asked, path, root)


def _whole(asked: Asked, path: Path, root: Path) -> _Folder:
    """A folder that is there for this build alone, in another one or the same."""
    place = Place(root, path)
    if asked.file == INLINE:
        return _Folder(place, INLINE, asked.inline, (root,), apart=True)
    name = asked.file or DOCKERFILE
    with folders.told_from(path, name):
        try:
            found = _dockerfile(path, path / asked.file if asked.file else None, (path,))
        except Refusal:
            raise ValueError(f"the Dockerfile ({name}) must be within the build context") from None
        return _Folder(place, os.path.relpath(found.path, path), folders.content(found), (path,))


def _dockerfile(context: Path, named: Path | None, allowed: tuple[Path, ...]) -> Place:
    """Where the Dockerfile is, links followed; raises Refusal where that is not allowed, ValueError where it is not."""
    path = named or context / DOCKERFILE
    if named is None and not os.path.lexists(path) and os.path.lexists(context / DOCKERFILE.lower()):
        path = context / DOCKERFILE.lower()
    place = folders.within(path, allowed)
    try:
        os.path.realpath(path, strict=True)
    except OSError as error:
        why = (error.strerror or "").lower()
        raise ValueError(f"unable to evaluate symlinks in Dockerfile path: lstat {error.filename}: {why}") from None
    return place


def _packed(found: _Folder, stack: ExitStack) -> Context:
    excludes = _excludes(found)
    ignored = ignoring.ignored(excludes, None if found.apart else found.dockerfile)
    name, instead = found.dockerfile, {}
    if found.apart:
        content = found.content or b""
        name = f"{_HIDDEN_NAME}{hashlib.sha256(content).hexdigest()[:_REST]}"
        kept = ignoring.NAME.encode() if excludes is None else excludes
        instead = {name: content, ignoring.NAME: kept + f"\n{name}\n".encode()}
    elif found.content is not None:
        instead = {name: found.content}
    packing = Packing()
    root = stack.enter_context(folders.opened(found.place))
    archive = packs.folder(root, str(found.place.path), ignored, instead, packing)
    return Context(name, found.content, archive, packing=packing)


def _excludes(found: _Folder) -> bytes | None:
    """The .dockerignore of the folder, None where it has none."""
    path = found.place.path / ignoring.NAME
    return folders.content(folders.within(path, found.allowed)) if path.exists() else None
