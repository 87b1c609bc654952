"""Taking what an engine sends of a container or an image into a file: bounded, and whole or not at all."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import requests

from commands.archives.moving import Moving
from commands.attempts import Refusal
from commands.context import Context
from commands.filing import Draft

SILENCE = 300.0  # seconds without a byte, after which an engine is given up
NOTHING_KEPT = "Nothing of it was kept."
BROKEN = f"The engine stopped talking before the end. {NOTHING_KEPT}"
_CHUNK = 256 * 1024  # bytes
_END = b"\0" * 1024  # of every tar archive


@dataclass
class Received:
    """An answer as a file that is read once from its beginning; size is how many bytes came so far."""

    answer: requests.Response
    moving: Moving
    size: int = 0

    def __post_init__(self) -> None:
        self._chunks: Iterator[bytes] = self.answer.iter_content(_CHUNK)
        self._rest = b""

    def read(self, wanted: int) -> bytes:
        """At most so many bytes, none at the end."""
        if not self._rest:
            self._rest = next(self._chunks, b"")
            self.size += len(self._rest)
            self.moving.at(self.size)
        taken, self._rest = self._rest[:wanted], self._rest[wanted:]
        return taken

    def chunks(self) -> Iterator[bytes]:
        """All that is left."""
        while chunk := self.read(_CHUNK):
            yield chunk


def archive(ctx: Context, answer: requests.Response, draft: Draft, what: str, whole: int = 0) -> None:
    """Take a whole tar archive of about so many bytes; raises Refusal where it is too large, or breaks off."""
    asked(ctx, lambda: answer, draft, what, whole)


def asked(ctx: Context, ask: Callable[[], requests.Response], draft: Draft, what: str, whole: int = 0) -> None:
    """The same of one that is still to be asked for, which may take long as well; raises what that does, too."""
    moving = Moving(ctx, what, NOTHING_KEPT, whole)
    with moving.asked(ask) as answer:
        last = _written(Received(answer, moving), draft)
    if last != _END or not _is_whole(draft):  # an engine that is stopped ends what it was sending as if it were whole
        raise Refusal(BROKEN)


def _written(received: Received, draft: Draft) -> bytes:
    """The end of all that comes."""
    last = b""
    try:
        for chunk in received.chunks():
            draft.write(chunk)
            last = (last + chunk)[-len(_END) :]
    except requests.RequestException as error:
        raise Refusal(BROKEN) from error
    return last


def _is_whole(draft: Draft) -> bool:
    """Whether it goes on to where an archive ends, which is not wherever there are zeros."""
    try:
        with draft.opened() as file, tarfile.open(fileobj=file, mode="r:") as packed:
            while packed.next() is not None:
                packed.members.clear()  # type: ignore[attr-defined]  # it keeps all that it has seen
            return draft.size >= packed.offset + len(_END)
    except (tarfile.TarError, ValueError, RecursionError):
        return False


def first(ctx: Context, answer: requests.Response, draft: Draft, what: str, whole: int = 0) -> None:
    """Take the content of the one file that is in an archive; raises as above."""
    moving = Moving(ctx, what, NOTHING_KEPT, whole)
    try:
        with (
            moving.taken(answer),
            tarfile.open(fileobj=Received(answer, moving), mode="r|", bufsize=_CHUNK) as packed,  # type: ignore[call-overload]
        ):
            entry = packed.next()
            opened = packed.extractfile(entry) if entry is not None and entry.isreg() else None
            if opened is None:
                raise Refusal(BROKEN)
            while chunk := opened.read(_CHUNK):
                draft.write(chunk)
    except (requests.RequestException, tarfile.TarError) as error:
        raise Refusal(BROKEN) from error
