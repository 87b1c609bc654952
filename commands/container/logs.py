"""docker logs."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from commands import wire
from commands.command import Command, arg, flag
from commands.container import following, reading
from commands.container.following import Followed
from commands.container.reading import LINES_LIMIT, Log
from commands.container.several import nameless
from commands.context import Context
from commands.forms import hide_spans, key_spans
from commands.multiplex import Stream
from commands.reply import Note, Part, Printed, Reply, failure
from commands.spec import Permission
from commands.target import Found, Target
from commands.timestamps import timestamp

SCAN_PATIENCE = 55.0  # seconds of silence while the engine searches a whole log; a million lines took it 3
TAIL = 20  # lines of the past that a log which is followed begins with, where the line says nothing else
_WHOLE = re.compile(r"[+-]?0+|\+?0*[0-9]{1,9}")  # all else means all lines to the engine, a negative number too
_FOLLOW = "--beside is for logs that are followed: say -f as well."
_LESS = "Ask for less with --tail or --since."


class Logs(Command, name="container logs", alias="logs", permission=Permission.READ):
    """Show what a container printed.

    Without --tail the end of the log is shown, up to a limit that the answer names when it is reached.
    Times without a zone are in UTC.
    """

    container: str = arg("CONTAINER")
    beside: tuple[str, ...] = flag(default=(), help="Follow this one as well, each line with its name (with -f)")
    details: bool = flag(default=False, help="Show also the labels and variables that the log driver was told to keep")
    follow: bool = flag(
        "-f", default=False, help="Go on showing what is printed, until the container ends or somebody stops it"
    )
    since: str = flag(default="", help='Leave out what is older: a time ("2013-01-02T13:23:37Z") or an age ("42m")')
    tail: str = flag("-n", default="", shown='"all"', help="How many lines from the end; with -f 20 if it is not said")
    timestamps: bool = flag("-t", default=False, help="Put the time before each line")
    until: str = flag(default="", help='Leave out what is newer: a time ("2013-01-02T13:23:37Z") or an age ("42m")')

    def problem(self) -> str | None:
        """Docker's refusal of an empty name, and ours of several that are not followed."""
        if self.beside and not self.lives():
            return _FOLLOW
        return nameless([self.container, *self.beside])

    def targets(self) -> tuple[Target, ...]:
        """The containers."""
        return tuple(dict.fromkeys(Target("container", each) for each in (self.container, *self.beside)))

    def run(self, ctx: Context) -> Reply:
        """Read the log, to its end or as long as it grows."""
        found, *others = [ctx.look(target) for target in self.targets()]
        tty = bool(found.details.get("Config", {}).get("Tty"))
        runs = bool((found.details.get("State") or {}).get("Running"))
        try:
            if others:
                return following.shown(ctx, list(self._several(ctx, [found, *others])), "several")
            if self.follow and runs and not self.until:
                return following.shown(ctx, [self.followed(ctx, found)], found.name)
            log = self.log(ctx, found.id, tty=tty)
        except ValueError as error:
            return failure(str(error))
        return _told(log, found)

    def _several(self, ctx: Context, found: Sequence[Found]) -> Iterator[Followed]:
        width = max(len(each.name) for each in found)
        for each in found:
            yield self.followed(ctx, each, each.name, f"{each.name.ljust(width)}  | ")

    def followed(self, ctx: Context, found: Found, name: str = "", prefix: str = "") -> Followed:
        """The container as it is followed, one of several where it has a name; raises ValueError in docker's words."""
        tail = int(self.tail) if _WHOLE.fullmatch(self.tail) else "all" if self.tail or self.since else TAIL
        tty = bool(found.details.get("Config", {}).get("Tty"))
        called = name or "The container"
        return Followed(found.id, {**self._params(ctx.now), "tail": tail}, tty, called, prefix, stamps=self.timestamps)

    def lives(self) -> bool:
        """Whether it goes on until somebody ends it."""
        return self.follow and not self.until

    def log(self, ctx: Context, container: str, *, tty: bool) -> Log:
        """What the container of this full id printed; raises ValueError in docker's words."""
        params = self._params(ctx.now)
        patience = SCAN_PATIENCE if params["tail"] == "all" else ctx.docker.timeout
        log = reading.read(ctx.docker, container, params, tty=tty, patience=patience)
        return log if log.broken or wire.answers(ctx.docker) else replace(log, short=reading.BROKEN, broken=True)

    def _params(self, now: float) -> wire.Params:
        asked: wire.Params = {"stdout": 1, "stderr": 1, "tail": self._tail()}
        asked |= {name: 1 for name in ("details", "timestamps") if getattr(self, name)}
        for name in ("since", "until"):
            if text := getattr(self, name):
                asked[name] = _moment(name, text, now)
        return asked

    def _tail(self) -> int | str:
        """What to ask of the engine: "all" only with --until, whose lines need not be among the last ones."""
        if _WHOLE.fullmatch(self.tail):
            return int(self.tail)
        return "all" if self.until else LINES_LIMIT


def _moment(name: str, text: str, now: float) -> str:
    try:
        return timestamp(text, now)
    except ValueError as error:
        raise ValueError(f'invalid value for "{name}": {error}') from None


def _told(log: Log, found: Found) -> Reply:
    pieces = tuple((text, stream in {Stream.STDERR, Stream.SYSTEM}) for stream, text in without_keys(log.pieces))
    parts: list[Part] = [Printed(pieces, f"{found.name}.log")] if pieces else []
    if log.short:
        parts.append(Note(f"{log.short}. {_LESS}"))
    return Reply(tuple(parts), failed=log.broken, error=log.short if log.broken else None)


def without_keys(pieces: Sequence[tuple[Stream, str]]) -> list[tuple[Stream, str]]:
    """The pieces without the private keys of each stream, which the other stream may have cut in two."""
    spans = {stream: deque(key_spans("".join(text for each, text in pieces if each is stream))) for stream in Stream}
    places = dict.fromkeys(Stream, 0)
    shown = []
    for stream, text in pieces:
        start = places[stream]
        places[stream] += len(text)
        shown.append((stream, hide_spans(text, _within(spans[stream], start, places[stream]))))
    return shown


def _within(spans: deque[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """What of the spans lies in a piece that follows the pieces asked for before; those that are over are dropped."""
    while spans and spans[0][1] <= start:
        spans.popleft()
    return [
        (max(begin, start) - start, min(stop, end) - start)
        for begin, stop in takewhile(lambda span: span[0] < end, spans)
    ]
