"""The messages of a log that is followed, each with its time, as they come."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import requests

from commands.multiplex import Stream

PART = 16_384  # bytes; the engine keeps longer lines in parts, each with a time of its own
_CHUNK = 65_536  # bytes
_HEADER = struct.Struct(">BxxxL")  # Docker API, "attach"
_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)) ")
_LONGEST_STAMP = 40  # bytes


@dataclass(frozen=True)
class Message:
    """A line of one stream, or a part of a long one; stamp is its time in RFC 3339, empty where it has none."""

    stream: int
    stamp: bytes
    text: bytes


def messages(answer: requests.Response, *, tty: bool) -> Iterator[Message]:
    """Each as soon as it is there; raises what the answer does, and ValueError where no frame begins."""
    buffer = _Terminal() if tty else _Frames()
    try:
        for piece in answer.raw.stream(_CHUNK):
            yield from buffer.take(piece)
    except Exception:
        yield from buffer.left()
        raise
    yield from buffer.left()


def _message(stream: int, payload: bytes) -> Message:
    found = _STAMP.match(payload)
    return Message(stream, found[1], payload[found.end() :]) if found else Message(stream, b"", payload)


class _Frames:
    """Of a container without a terminal: each message is a frame."""

    def __init__(self) -> None:
        self._rest = b""

    def take(self, received: bytes) -> Iterator[Message]:
        data, at = self._rest + received, 0
        while len(data) - at >= _HEADER.size:
            number, size = _HEADER.unpack_from(data, at)
            Stream(number)  # raises ValueError where no frame begins
            if len(data) - at - _HEADER.size < size:
                break
            at += _HEADER.size
            yield _message(number, data[at : at + size])
            at += size
        self._rest = data[at:]

    def left(self) -> Iterator[Message]:
        """Nothing: half a frame comes anew with the next answer."""
        return iter(())


class _Terminal:
    """Of one with a terminal: they stand one after the other, and only their length tells where a part ends."""

    def __init__(self) -> None:
        self._rest = b""

    def take(self, received: bytes) -> Iterator[Message]:
        data, at = self._rest + received, 0
        while (end := self._end(data, at)) is not None:
            yield _message(Stream.STDOUT, data[at:end])
            at = end
        self._rest = data[at:]

    @staticmethod
    def _end(data: bytes, at: int) -> int | None:
        """Where the message ends that begins there; None where that is not there yet."""
        stamp = _STAMP.match(data, at, at + _LONGEST_STAMP)
        begin = stamp.end() if stamp else at
        line = data.find(b"\n", begin, begin + PART)
        if line >= 0:
            return line + 1
        return begin + PART if len(data) - begin >= PART and (stamp or len(data) - at >= _LONGEST_STAMP) else None

    def left(self) -> Iterator[Message]:
        """What has no end."""
        if self._rest:
            rest, self._rest = self._rest, b""
            yield _message(Stream.STDOUT, rest)
