"""Following what happens at the engine, past ends of it, until somebody ends that."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

from commands import wire
from commands.context import Context
from commands.enduring import BROKEN, SILENCE, again, asking, dated
from commands.live import Live
from commands.reply import Note, Reply, failure
from commands.system.sight import Event, Sight
from commands.template import TemplateError

RING = 256  # events that the engine remembers; moby, daemon/events
OVERLAP = 10**9  # nanoseconds before the newest event that are asked for again: they come in no strict order
PROBE = 10.0  # seconds
_QUIET = "Nothing has happened yet."
_FAILS = "It ends with an event on which the template fails."
_SKIPPED = (
    f"Here some may be missing: the engine remembers {RING} events, and none from before its start.\n"  # a line of ours
)


class _Untold(Exception):  # noqa: N818 - an answer, not a fault
    """The template fails on an event, which is no fault of the engine's answer."""


@dataclass
class Happening:
    """What happens from now on, or from params' since on; told gives an event as a line, and raises TemplateError.

    silence is seconds without a byte, after which the engine is asked anew from where it was.
    """

    ctx: Context
    params: wire.Params
    told: Callable[[Event], str]
    silence: float = SILENCE
    _newest: int = 0  # nanoseconds since the epoch, by the engine's clock
    _known: deque[str] = field(default_factory=lambda: deque(maxlen=RING))  # those that came, not only those shown
    _gap: str = ""  # that some may be missing, once they may
    _begun: float = 0.0  # when the first answer began, by the engine's clock
    _heard: float = 0.0  # when the last one did
    _silent: bool = False  # whether nothing ended that but silence

    def follow(self, live: Live) -> str:
        """Show what happens until that has to end; why it had to, as a sentence."""
        sight = Sight(self.ctx, lasting=True)
        return again(live, lambda _at: self._look(sight, live))

    def _look(self, sight: Sight, live: Live) -> str:
        """Show what there is; nothing ends it."""
        if self._begun and self._has_a_gap(live) and not live.ended:
            live.add(_SKIPPED)
            self._gap = _SKIPPED.strip()
        self._read(sight, live)
        return ""

    def _has_a_gap(self, live: Live) -> bool:
        """Whether the engine has nothing any more of before the last answer, and so perhaps not all that came after.

        Where nothing but silence ended that answer, what came was most likely of other kinds; unless it began anew.
        """
        count, now = self._remembered(live, max(self._newest, int(self._heard) * 10**9))
        if count:
            return False
        whole = self._silent and self._remembered(live, int(now + 1) * 10**9)[0] in {0, RING}
        self._heard = now
        return not whole

    def _remembered(self, live: Live, until: int) -> tuple[int, float]:
        """How many events of all kinds the engine has until then, in nanoseconds, and when it said so, in seconds."""
        asked: wire.Params = {"since": _stamp(1), "until": _stamp(until + 1)}
        with (
            asking(self.ctx.slow, live) as client,
            closing(wire.stream(client, "/events", params=asked, timeout=PROBE)) as answer,
        ):
            return sum(1 for _ in wire.messages(answer)), dated(answer)

    def _read(self, sight: Sight, live: Live) -> None:
        """Show what comes until the answer ends, however that is; raises what the client does where none begins."""
        asked = dict(self.params)
        if self._newest:
            asked["since"] = _stamp(self._newest - OVERLAP)
        elif self._begun and "since" not in asked:
            asked["since"] = f"{self._begun:.0f}"
        with (
            asking(self.ctx.quick, live),  # which sight does
            asking(self.ctx.slow, live) as client,
            closing(wire.stream(client, "/events", params=asked, timeout=self.silence)) as answer,
        ):
            self._heard = dated(answer)
            self._begun = self._begun or self._heard
            live.say(self._gap or ("" if self._known else _QUIET))
            self._silent = False
            try:
                for event in wire.messages(answer):
                    self._take(event, sight, live)
            except BROKEN as error:
                self._silent = "timed out" in str(error)

    def _take(self, event: Event, sight: Sight, live: Live) -> None:
        key = _key(event)
        if key in self._known:
            return
        if self.ctx.sees_all() or sight.shows(event):
            live.say(self._gap)
            try:
                live.add(self.told(event))
            except TemplateError as error:
                raise _Untold(str(error)) from None
        self._known.append(key)
        self._newest = max(self._newest, int(event.get("timeNano") or 0))


def shown(ctx: Context, params: wire.Params, told: Callable[[Event], str]) -> Reply:
    """Follow it, and tell at the end how many that were, with all of them in a file; raises Refusal."""
    with ctx.live() as live:
        try:
            ended, wrong = Happening(ctx, params, told).follow(live), Reply()
        except _Untold as error:
            ended, wrong = _FAILS, failure(str(error))
        live.flush()
        file = live.document("events.log", "What happened")
        summary = live.summary()
        return Reply((Note(f"{summary[:1].upper()}{summary[1:]}. {ended}"), *((file,) if file else ()))) + wrong


def _key(event: Event) -> str:
    return json.dumps(event, sort_keys=True)


def _stamp(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 10**9)
    return f"{seconds}.{rest:09d}"
