"""A conversation with a process: what is typed goes to it, what it prints is shown, a message for each thing typed."""

from __future__ import annotations

import codecs
import queue
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Protocol

import requests
from docker.api.client import APIClient

from commands import prompting
from commands.creation.attaching import socket_of
from commands.enduring import hang_up
from commands.keys import END, INTERRUPT, KEYS
from commands.live import Said, Session, Shown
from commands.multiplex import Frames

PACE = 131_072  # bytes a second that are taken from a process; what prints faster waits, as on a slow terminal
PATIENCE = 5  # seconds in which a process has to make room for what is typed
TOGETHER = 0.05  # seconds in which what was typed at once is delivered, in whatever order
APART = 0.1  # seconds after a key: what follows escape at once is taken for one key with it, busybox waits 0.05
SHOWN = 32_768  # characters since the last thing typed, its last lines, that are looked at to be shown
KEPT = 2_000_000  # and that are kept
_CHUNK = 16_384  # bytes
_PIECE = 1024  # bytes that are drawn at once, which nothing that ends a session has to wait longer for
_STUCK = "It takes no input now: what was typed last may not have reached it."


class Surface(Protocol):
    """What a process prints, drawn."""

    def feed(self, printed: bytes) -> tuple[str, bytes]:
        """Draw this; as text, and what is answered to the process."""

    def turn(self) -> None:
        """What is shown begins here from now on."""

    def prompt(self) -> str:
        """What was printed last, as far as it is on the line that goes on."""

    def text(self) -> Shown:
        """What is shown."""

    def whole(self) -> str:
        """All of it that is kept, with what is above."""


class Roll:
    """The surface of what has no terminal: its two streams, one after the other, as they come."""

    def __init__(self) -> None:
        self._frames = Frames()
        self._decoders = [codecs.getincrementaldecoder("utf-8")("replace") for _ in range(4)]
        self._text = ""
        self._lines = 0  # ends of lines since the last turn

    def feed(self, printed: bytes) -> tuple[str, bytes]:
        """Add what is in these frames; raises ValueError where they are none."""
        added = "".join(self._decoders[stream].decode(piece) for stream, piece in self._frames.feed(printed))
        self._text = (self._text + added)[-KEPT:]
        self._lines += added.count("\n")
        return added, b""

    def turn(self) -> None:
        """Begin anew."""
        self._text, self._lines = "", 0

    def prompt(self) -> str:
        """The last line that is not empty."""
        return self._text.rstrip().rpartition("\n")[2]

    def text(self) -> Shown:
        """The end of what came since."""
        text = self._text[-SHOWN:]
        return Shown(text, self._lines - text.count("\n"))

    def whole(self) -> str:
        """What came since, its end alone where that is too much."""
        return self._text


class Other(Protocol):
    """The one behind it."""

    def interrupt(self) -> None:
        """Do to it what ^C does where there is a terminal."""

    def end(self, send: Callable[[bytes], None]) -> None:
        """End it; send types something, and raises OSError."""


class Conversation:
    """With what is behind an engine's answer: one with a terminal of its own, or not."""

    def __init__(
        self, client: APIClient, answer: requests.Response, session: Session, other: Other, *, tty: bool
    ) -> None:
        self._client = client
        self._answer = answer
        self._session = session
        self._other = other
        self._tty = tty
        self._surface = _surface(tty=tty)
        self._lock = threading.Lock()
        self._page = 0
        self._typed: queue.SimpleQueue[Said | None] = queue.SimpleQueue()  # None: it is over
        self._socket = socket_of(client, answer)

    def hold(self) -> None:
        """Until the process ends its streams, or the session has to end."""
        self._session.keep(self._whole)
        self._socket.settimeout(None)
        with suppress(OSError, AttributeError):  # not every connection is a plain socket
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", PATIENCE, 0))
        with (
            closing(self._answer),
            self._session.hearing(self._typed.put),
            self._session.closing(lambda: self._typed.put(None)),
        ):
            self._session.together([self._read, self._write])

    def _read(self) -> str:
        reader = self._answer.raw._fp.fp  # noqa: SLF001 - what came together with the headers is in its buffer alone
        with suppress(OSError, ValueError):  # how it ended tells what that means
            while received := reader.read1(_CHUNK):
                self._take(received)
        self._typed.put(None)
        return ""

    def _take(self, received: bytes) -> None:
        for at in range(0, len(received), _PIECE):
            if self._session.ended:  # nobody looks any more, and what prints on must not hold up its own end
                return
            self._draw(received[at : at + _PIECE])

    def _draw(self, piece: bytes) -> None:
        began = time.monotonic()
        with self._lock:
            text, answers = self._surface.feed(piece)
            self._session.printed(text)
            self._session.show(self._page, self._text)
        if answers:
            with suppress(OSError):
                self._socket.sendall(answers)
        self._session.wait(len(piece) / PACE - (time.monotonic() - began))

    def _text(self) -> Shown:
        with self._lock:
            return self._surface.text()

    def _whole(self) -> str:
        with self._lock:
            return self._surface.whole()

    def _write(self) -> str:
        try:
            while all(map(self._said, batch := self._next())) and batch:
                pass
            if self._session.ended and not self._session.left:
                self._other.end(self._socket.sendall)
        finally:
            hang_up(self._client, self._answer)
        return ""

    def _next(self) -> list[Said]:
        """What was typed next, in its own order: Slack may deliver it in another. Empty where it is over."""
        first = self._typed.get()
        if first is None:
            return []
        batch = [first]
        self._session.wait(TOGETHER)
        while not self._typed.empty():
            if (said := self._typed.get()) is None:
                self._typed.put(None)
                break
            batch.append(said)
        return sorted(batch, key=lambda each: each.at)

    def _said(self, said: Said) -> bool:
        """Type it, where that may be; False where nothing may be typed any more."""
        with self._lock:
            prompt = self._surface.prompt()
        may = self._session.typed(said, hidden=prompting.asks(prompt), echoes=self._tty)
        if may:
            self._say(said)
        return not self._session.ended

    def _say(self, said: Said) -> None:
        try:
            if said.key == END and not self._tty:
                self._socket.shutdown(socket.SHUT_WR)
            elif said.key == INTERRUPT and not self._tty:
                self._other.interrupt()
            elif said.key:
                self._socket.sendall(KEYS[said.key])
                self._session.wait(APART)
            else:
                self._turn()
                self._socket.sendall(_lines(said.text, b"\r" if self._tty else b"\n"))
        except OSError:
            self._session.say(_STUCK)

    def _turn(self) -> None:
        """What comes from now on stands in a message of its own; the one before stays as it is."""
        with self._lock:
            last = self._surface.text()
            self._session.show(self._page, lambda: last)
            self._surface.turn()
            self._page += 1


def _surface(*, tty: bool) -> Surface:
    if not tty:
        return Roll()
    from commands.screen import Screen  # noqa: PLC0415 - only sessions need it, and start-up should not pay for it

    return Screen()


def _lines(text: str, end: bytes) -> bytes:
    return b"".join(line.encode("utf-8", "replace") + end for line in text.split("\n"))
