"""Reading a log: bounded in time and in memory whatever the container printed and whatever the engine does."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field

import requests
import urllib3
from docker.api.client import APIClient

from commands import wire
from commands.multiplex import Frames, Stream, Window

BYTES_LIMIT = 8 * 1024 * 1024  # bytes of a log that are kept: its end
LINES_LIMIT = 100_000  # lines that are asked of the engine where the line says no --tail; reading them takes a second
TIME_LIMIT = 60.0  # seconds of reading, all in all
_CHUNK = 65536  # bytes
BROKEN = "The engine stopped sending in the middle, so the end is missing"
_ENDLESS = "It was still coming after {:.0f} s, so this is not its end"


@dataclass(frozen=True)
class Log:
    """What was read: pieces by stream, in the engine's order; why it is not all, None where it is.

    broken says that the end is not known: the engine fell silent, hung up, or the time was over.
    """

    pieces: tuple[tuple[Stream, str], ...]
    short: str | None = None
    broken: bool = False


def read(  # noqa: PLR0913 - the request and its three bounds
    client: APIClient,
    container: str,
    params: wire.Params,
    *,
    tty: bool,
    patience: float,
    limit: float = TIME_LIMIT,
) -> Log:
    """The end of a container's log; patience is how many seconds the engine may be silent, limit how many in all.

    Raises APIError where the engine refuses, and what requests raises where it does not answer at all.
    """
    taken = _Taken(tty=tty)
    ends = time.monotonic() + limit
    trouble = None
    path = "/containers/{0}/logs"
    with closing(wire.stream(client, path, container, params=params, timeout=patience)) as response:
        try:
            for received in response.raw.stream(_CHUNK):
                taken.add(received)
                if time.monotonic() > ends:
                    trouble = _ENDLESS.format(limit)
                    break
        except (urllib3.exceptions.HTTPError, requests.RequestException, OSError, ValueError):
            trouble = BROKEN
    if trouble is None and not taken.frames.whole:
        trouble = BROKEN
    return _log(taken, trouble, asked=params["tail"])


@dataclass
class _Taken:
    """What came so far; lines is how many of the engine's messages that were, at most."""

    tty: bool
    window: Window = field(default_factory=lambda: Window(BYTES_LIMIT))
    frames: Frames = field(default_factory=Frames)
    lines: int = 0

    def add(self, received: bytes) -> None:
        """Take in what was received: plain text of a terminal, else frames."""
        if self.tty:
            self.window.add(Stream.STDOUT, received)
            self.lines += received.count(b"\n")
            return
        for stream, piece in self.frames.feed(received):
            self.window.add(stream, piece)
        self.lines = self.frames.count


def _log(taken: _Taken, trouble: str | None, *, asked: object) -> Log:
    pieces = [(stream, piece.decode("utf-8", "replace")) for stream, piece in taken.window.joined()]
    dropped = taken.window.dropped
    if dropped:
        pieces = _from_line_start(pieces)
    if trouble:
        return Log(tuple(pieces), trouble, broken=True)
    if dropped:
        return Log(tuple(pieces), f"Only the last {BYTES_LIMIT // 1024 // 1024} MiB are shown")
    if asked == LINES_LIMIT and taken.lines >= LINES_LIMIT:
        return Log(tuple(pieces), f"Only the last {LINES_LIMIT:,} lines are shown")
    return Log(tuple(pieces))


def _from_line_start(pieces: list[tuple[Stream, str]]) -> list[tuple[Stream, str]]:
    """Without the torso of a line that the first piece begins with."""
    (stream, text), *rest = pieces
    _, newline, whole = text.partition("\n")
    return [(stream, whole), *rest] if newline and whole else rest if newline else pieces
