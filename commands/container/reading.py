"""Reading a log: bounded in time and in memory whatever the container printed and whatever the engine does."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass

import requests
import urllib3
from docker.api.client import APIClient

from commands import wire
from commands.multiplex import Frames, Stream, Window

BYTES_LIMIT = 8 * 1024 * 1024  # bytes of a log that are kept: its end
LINES_LIMIT = 100_000  # lines that are asked of the engine where the line says no --tail; reading them takes a second
TIME_LIMIT = 60.0  # seconds of reading, all in all
_CHUNK = 65536  # bytes


@dataclass(frozen=True)
class Log:
    """What was read: pieces by stream, in the engine's order; why it is not all, None where it is.

    broken says that the end is not known: the engine fell silent, hung up, or the time was over.
    """

    pieces: tuple[tuple[Stream, str], ...]
    short: str | None = None
    broken: bool = False


def read(client: APIClient, container: str, params: wire.Params, *, tty: bool, patience: float) -> Log:
    """The end of a container's log; patience is how many seconds the engine may be silent.

    Raises APIError where the engine refuses, and what requests raises where it does not answer at all.
    """
    window, frames, seen = Window(BYTES_LIMIT), Frames(), 0
    ends = time.monotonic() + TIME_LIMIT
    trouble = None
    path = "/containers/{0}/logs"
    with closing(wire.stream(client, path, container, params=params, timeout=patience)) as response:
        try:
            for received in response.raw.stream(_CHUNK):
                if tty:
                    window.add(Stream.STDOUT, received)
                    seen += received.count(b"\n")
                else:
                    for stream, piece in frames.feed(received):
                        window.add(stream, piece)
                if time.monotonic() > ends:
                    trouble = f"It was still coming after {TIME_LIMIT:.0f} s, so this is not its end"
                    break
        except (urllib3.exceptions.HTTPError, requests.RequestException, OSError, ValueError):
            trouble = "The engine stopped sending in the middle, so the end is missing"
    if trouble is None and not frames.whole:
        trouble = "The engine stopped sending in the middle, so the end is missing"
    return _log(window, trouble, lines=seen if tty else frames.count, asked=params["tail"])


def _log(window: Window, trouble: str | None, *, lines: int, asked: object) -> Log:
    pieces = [(stream, piece.decode("utf-8", "replace")) for stream, piece in window.joined()]
    if window.dropped:
        pieces = _from_line_start(pieces)
    if trouble:
        return Log(tuple(pieces), trouble, broken=True)
    if window.dropped:
        return Log(tuple(pieces), f"Only the last {BYTES_LIMIT // 1024 // 1024} MiB are shown")
    if asked == LINES_LIMIT and lines >= LINES_LIMIT:
        return Log(tuple(pieces), f"Only the last {LINES_LIMIT:,} lines are shown")
    return Log(tuple(pieces))


def _from_line_start(pieces: list[tuple[Stream, str]]) -> list[tuple[Stream, str]]:
    """Without the torso of a line that the first piece begins with."""
    (stream, text), *rest = pieces
    _, newline, whole = text.partition("\n")
    return [(stream, whole), *rest] if newline and whole else rest if newline else pieces
