"""stdout and stderr in one stream, as the engine sends them: frames of an eight-byte header and a payload."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

_HEADER = struct.Struct(">BxxxL")  # the stream and the payload's length in bytes; Docker API, "attach"


class Stream(IntEnum):
    """The streams by their numbers; SYSTEM carries the engine's own complaint about the rest."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    SYSTEM = 3


@dataclass
class Frames:
    """Takes the bytes as they arrive, cut anywhere, and gives back payloads; count is the frames begun so far."""

    count: int = 0
    _stream: Stream = Stream.STDOUT
    _due: int = 0  # bytes of the payload that are still to come
    _rest: bytes = b""  # the beginning of a header

    def feed(self, received: bytes) -> Iterator[tuple[Stream, bytes]]:
        """The payloads in these bytes, the last one perhaps in part; raises ValueError where no frame begins."""
        received, at = self._rest + received, 0
        self._rest = b""
        while at < len(received):
            if not self._due:
                if len(received) - at < _HEADER.size:
                    self._rest = received[at:]
                    return
                number, self._due = _HEADER.unpack_from(received, at)
                self._stream = Stream(number)
                self.count += 1
                at += _HEADER.size
            payload = received[at : at + self._due]
            at += len(payload)
            self._due -= len(payload)
            if payload:
                yield self._stream, payload

    @property
    def whole(self) -> bool:
        """Whether the bytes so far end where a frame ends."""
        return not self._due and not self._rest


@dataclass
class Window:
    """The last of what came, at most limit bytes of it, and how many bytes went by."""

    limit: int
    dropped: int = 0
    _size: int = 0
    _pieces: deque[tuple[Stream, bytes]] = field(default_factory=deque)

    def add(self, stream: Stream, piece: bytes) -> None:
        """Take a piece in; the oldest fall out."""
        self._pieces.append((stream, piece))
        self._size += len(piece)
        while self._size > self.limit:
            self._shorten(self._size - self.limit)

    def _shorten(self, excess: int) -> None:
        stream, oldest = self._pieces.popleft()
        lost = min(excess, len(oldest))
        if lost < len(oldest):
            self._pieces.appendleft((stream, oldest[lost:]))
        self._size -= lost
        self.dropped += lost

    def joined(self) -> list[tuple[Stream, bytes]]:
        """The pieces in their order, those of one stream that follow each other as one."""
        runs: list[tuple[Stream, list[bytes]]] = []
        for stream, piece in self._pieces:
            if runs and runs[-1][0] is stream:
                runs[-1][1].append(piece)
            else:
                runs.append((stream, [piece]))
        return [(stream, b"".join(pieces)) for stream, pieces in runs]
