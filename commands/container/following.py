"""Following what containers print, for as long as they run, past ends of the engine, until somebody ends it."""

from __future__ import annotations

import codecs
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial

from docker.errors import APIError, NotFound

from commands import wire
from commands.container.messages import Message, messages
from commands.context import Context
from commands.enduring import BROKEN, SILENCE, again, asking, dated
from commands.engine_errors import daemon
from commands.live import Live
from commands.reply import Errors, Note, Reply, failure
from commands.timestamps import timestamp

BEHIND = 3.0  # seconds from a line's being printed to its being read, from which on it is said
PAUSE = 1.0  # seconds without a line, after which all that there was has been read
LONG = 2.0  # seconds for which it has to be so far behind until that is said
_UNWATCHED = "Nobody watches here, so that nothing is followed. Leave -f out for what was printed until now."
_QUIET = "Nothing was printed yet."
_LATE = "It is {:.0f} s behind."
_LEFT = "{} was {:.0f} s behind: what came after {} is not in it."
_ENDED = "{} ended with exit code {}."
_GONE = "{} is gone."


@dataclass
class Followed:
    """One container that is followed: prefix stands before each of its lines, and params are those of the first look.

    name is what its end is told by; stamps: whether the time stands before each line.
    """

    container: str
    params: wire.Params
    tty: bool
    name: str = "The container"
    prefix: str = ""
    stamps: bool = False
    late: float = 0.0  # seconds that the newest line had waited when it was read
    is_late: bool = False  # whether more was there when it had to end
    wrong: str = ""  # why it cannot be followed
    _last: bytes = b""  # the time of the newest message
    _same: int = 0  # messages of that very time that were shown
    _begun: float = 0.0  # when the first answer began, by the engine's clock
    _read_at: float = 0.0  # when the newest line was read, by the monotonic clock
    _ahead: float = 0.0  # seconds by which the engine's clock is ahead of ours
    _within: set[int] = field(default_factory=set)  # the streams that are in the middle of a line
    _decoders: dict[int, codecs.IncrementalDecoder] = field(default_factory=dict)

    @property
    def newest(self) -> str:
        """The time of the newest line that was read."""
        return self._last.decode()

    def follow(self, ctx: Context, live: Live, ends: Ends) -> str:
        """Show what it prints until it ends, or has to; how it ended, as a sentence."""
        try:
            ended = again(live, lambda _at: self._look(ctx, live, ends))
        except APIError as error:
            self.wrong = daemon(error)
            ended = self.wrong
        if not live.ended:
            ends.tell(live, ended)
        self.is_late = self.late > BEHIND and time.monotonic() - self._read_at < PAUSE
        return ended

    def _look(self, ctx: Context, live: Live, ends: Ends) -> str:
        """Show what there is; how it ended, empty where it goes on."""
        try:
            self._read(ctx, live, ends)
            return self._ended(ctx, live, ends)
        except NotFound:
            return _GONE.format(self.name)

    def _ended(self, ctx: Context, live: Live, ends: Ends) -> str:
        """How the container ended; empty where it runs, so that the engine ended the answer for another reason."""
        if live.ended:
            return ""
        with asking(ctx.quick, live) as client:
            state = wire.get(client, "/containers/{0}/json", self.container)["State"]
        if state["Running"] or live.ended:
            ends.say(live)
            return ""
        return _ENDED.format(self.name, state["ExitCode"])

    def _read(self, ctx: Context, live: Live, ends: Ends) -> None:
        """Show what comes until the answer ends, however that is; raises what the client does where none begins."""
        path = "/containers/{0}/logs"
        asked = {**self.params, "follow": 1, "timestamps": 1}
        if self._last or self._begun:
            since = timestamp(self._last.decode(), 0.0) if self._last else f"{self._begun:.0f}"
            asked |= {"since": since, "tail": "all"}
        with (
            asking(ctx.slow, live) as client,
            closing(wire.stream(client, path, self.container, params=asked, timeout=SILENCE)) as answer,
        ):
            told = dated(answer)
            self._begun, self._ahead = self._begun or told, told - time.time()
            ends.say(live)
            same = self._same
            with suppress(*BROKEN):
                for message in messages(answer, tty=self.tty):
                    if same and message.stamp == self._last:
                        same -= 1  # it was shown before the answer was asked for anew
                    else:
                        self._show(message, live, ends)

    def _show(self, message: Message, live: Live, ends: Ends) -> None:
        if message.stamp:
            self._same = self._same + 1 if message.stamp == self._last else 1
            self._last = message.stamp
            self._count(live, ends)
        stream = message.stream
        decoder = self._decoders.setdefault(stream, codecs.getincrementaldecoder("utf-8")("replace"))
        text = decoder.decode(message.text)
        before = f"{self.prefix}{message.stamp.decode()} " if self.stamps else self.prefix
        begins = before and text and stream not in self._within
        live.add(text, f"{self.container} {stream}", (before,) if begins else ())
        (self._within.discard if message.text.endswith(b"\n") else self._within.add)(stream)

    def _count(self, live: Live, ends: Ends) -> None:
        """How late it is; what was printed before it was followed is late from then on."""
        now, self._read_at = time.time() + self._ahead, time.monotonic()
        self.late = now - max(_epoch(self._last), self._begun)
        ends.printed(live, self.late)


@dataclass
class Ends:
    """What is told beside the lines of all that are followed: how they ended, that nothing came, that it is late."""

    several: bool
    _ended: list[str] = field(default_factory=list)
    _any: bool = False  # whether anything was printed
    _late: float = 0.0
    _since: float = 0.0  # since when it is far behind, by the monotonic clock; 0 where it is not
    _said: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, live: Live, ended: str) -> None:
        """One of several ended so."""
        if self.several:
            with self._lock:
                self._ended.append(ended)
        self.say(live)

    def printed(self, live: Live, late: float) -> None:
        """A line came, so late."""
        now = time.monotonic()
        self._since = self._since or now if late > BEHIND else 0.0
        was, self._late = self._late, late if self._since and now - self._since > LONG else 0.0
        if not self._any or (max(was, self._late) and now - self._said > PAUSE) or (was and not self._late):
            self._any, self._said = True, now
            self.say(live)

    def say(self, live: Live) -> None:
        """All of it in one line."""
        quiet = "" if self._any else _QUIET
        late = _LATE.format(self._late) if self._late else ""
        with self._lock:
            live.say(" ".join(filter(None, (*self._ended, quiet, late))))


def shown(ctx: Context, containers: list[Followed], name: str) -> Reply:
    """Follow them, and tell at the end how many lines that were, with all of them in a file; raises Refusal."""
    if not ctx.watched:
        return failure(_UNWATCHED)
    with ctx.live() as live:
        told = Ends(several=len(containers) > 1)
        ends = live.together([partial(each.follow, ctx, live, told) for each in containers])
        live.flush()
        file = live.document(f"{name}.log", f"What {name} printed")
        left = tuple(_left(containers)) if live.ended else ()
        summary = f"{live.summary()[:1].upper()}{live.summary()[1:]}."
        wrong = "".join(f"{each.wrong}\n" for each in containers if each.wrong)
        how = [each for each in dict.fromkeys(ends) if f"{each}\n" not in wrong]
        parts = (Note(" ".join((summary, *how, *left))), *((file,) if file else ()))
        if wrong:
            return Reply((*parts, Errors(wrong)), failed=True, error=wrong.rstrip("\n"))
        return Reply(parts)


def _left(containers: Sequence[Followed]) -> Iterator[str]:
    """That not all was read, where that is so."""
    for each in containers:
        if each.is_late:
            yield _LEFT.format(each.name if len(containers) > 1 else "It", each.late, each.newest)


_UTC = re.compile(rb"(.{19})(\.\d+)?Z")


def _epoch(stamp: bytes) -> float:
    """When that was; 0 where it is no time of an engine's."""
    found = _UTC.fullmatch(stamp)
    return _second(found[1]) + float(found[2] or 0) if found else 0.0


@lru_cache(maxsize=8)
def _second(stamp: bytes) -> float:
    """The same of a whole second, which many lines share."""
    with suppress(ValueError):
        return datetime.fromisoformat(f"{stamp.decode()}+00:00").timestamp()
    return 0.0
