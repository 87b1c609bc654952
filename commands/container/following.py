"""Following what a container prints, for as long as it runs, past ends of the engine, until somebody ends it."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial

from docker.api.client import APIClient
from docker.errors import NotFound

from commands import wire
from commands.context import Context
from commands.enduring import BROKEN, SILENCE, again, hang_up
from commands.live import Live
from commands.multiplex import Stream
from commands.reply import Note, Reply
from commands.timestamps import timestamp

_CHUNK = 65_536  # bytes
_HEADER = struct.Struct(">BxxxL")  # Docker API, "attach"
_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)) ")


@dataclass
class Followed:
    """One container that is followed: prefix stands before each of its lines, and params are those of the first look.

    stamps: whether the time stands before each line.
    """

    container: str
    params: wire.Params
    tty: bool
    prefix: str = ""
    stamps: bool = False
    _last: bytes = b""  # the time of the newest message
    _same: int = 0  # messages of that very time that were shown

    def follow(self, ctx: Context, live: Live) -> str:
        """Show what it prints until it ends, or has to; how it ended, as a sentence."""
        return again(live, lambda _at: self._look(ctx, live))

    def _look(self, ctx: Context, live: Live) -> str:
        """Show what there is; how it ended, empty where it goes on."""
        try:
            self._read(ctx.patient, live)
            return self._ended(ctx, live)
        except NotFound:
            return "The container is gone."

    def _ended(self, ctx: Context, live: Live) -> str:
        """How the container ended; empty where it runs, so that the engine ended the answer for another reason."""
        state = wire.get(ctx.docker, "/containers/{0}/json", self.container)["State"]
        if state["Running"] or live.ended:
            live.say("")
            return ""
        return f"The container ended with exit code {state['ExitCode']}."

    def _read(self, client: APIClient, live: Live) -> None:
        """Show what comes until the answer ends, however that is; raises what the client does where none begins."""
        path = "/containers/{0}/logs"
        asked = {**self.params, "follow": 1, "timestamps": 1}
        if self._last:
            asked |= {"since": timestamp(self._last.decode(), 0.0), "tail": "all"}
        with closing(wire.stream(client, path, self.container, params=asked, timeout=SILENCE)) as answer:
            live.say("")
            same = self._same
            with live.closing(lambda: hang_up(client, answer)), suppress(*BROKEN):
                for message in _messages(answer.raw.stream(_CHUNK), tty=self.tty):
                    if same and message.startswith(self._last):
                        same -= 1  # it was shown before the answer was asked for anew
                    else:
                        live.add(self._told(message))

    def _told(self, message: bytes) -> str:
        found = _STAMP.match(message)
        if found is None:
            return message.decode("utf-8", "replace")
        self._same = self._same + 1 if found[1] == self._last else 1
        self._last = found[1]
        text = (message if self.stamps else message[found.end() :]).decode("utf-8", "replace")
        return f"{self.prefix}{text}"


def shown(ctx: Context, containers: list[Followed], name: str) -> Reply:
    """Follow them, and tell at the end how many lines that were, with all of them in a file; raises Refusal."""
    with ctx.live() as live:
        ends = _together(ctx, live, containers)
        live.flush()
        file = live.document(f"{name}.log", f"What {name} printed")
        told = Note(f"{live.summary()[:1].upper()}{live.summary()[1:]}. {' '.join(dict.fromkeys(ends))}")
        return Reply((told, *((file,) if file else ())))


def _together(ctx: Context, live: Live, containers: list[Followed]) -> list[str]:
    return live.together([partial(each.follow, ctx, live) for each in containers])


@dataclass
class _Buffer:
    rest: bytes = b""

    def frames(self, received: bytes) -> Iterator[bytes]:
        """The whole frames that there are now."""
        data, at = self.rest + received, 0
        while len(data) - at >= _HEADER.size:
            number, size = _HEADER.unpack_from(data, at)
            Stream(number)  # raises ValueError where no frame begins
            if len(data) - at - _HEADER.size < size:
                break
            at += _HEADER.size
            yield data[at : at + size]
            at += size
        self.rest = data[at:]

    def lines(self, received: bytes) -> Iterator[bytes]:
        """The whole lines of a terminal that there are now."""
        *lines, self.rest = (self.rest + received).split(b"\n")
        yield from (line + b"\n" for line in lines)


def _messages(received: Iterator[bytes], *, tty: bool) -> Iterator[bytes]:
    buffer = _Buffer()
    cut: Callable[[bytes], Iterator[bytes]] = buffer.lines if tty else buffer.frames
    for piece in received:
        yield from cut(piece)
    if buffer.rest and tty:
        yield buffer.rest
