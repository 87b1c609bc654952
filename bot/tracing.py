"""Where a line's time goes: a trace of its steps, for whoever listens; while nobody does, nothing is kept."""

from __future__ import annotations

import functools
import logging
import re
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token, copy_context
from dataclasses import dataclass, field, replace
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from bot.steps import Step, Trace
from commands.secrets import mask_text

MOST = 500  # steps of one trace that are kept; a line that lives on takes as many as it likes
_VERSION = re.compile(r"/v[0-9.]+(?=/)")
_ID = re.compile(r"([0-9a-f]{12})[0-9a-f]{52}")

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


Sink = Callable[[Trace], None]


def listen(sink: Sink) -> Callable[[], None]:
    """Have every trace that begins from now on told; what is returned takes that back."""
    _sinks.append(sink)
    return lambda: _sinks.remove(sink)


def trace(line: str = "", number: int | None = None) -> AbstractContextManager[object]:
    """Begin a trace with the block; line is masked already, facts() may tell of it later."""
    return _Tracing(line, number) if _sinks else _NOTHING


def step(name: str) -> AbstractContextManager[object]:
    """A step of the trace that is under way here, for as long as the block lasts."""
    place = _here.get()
    return _NOTHING if place is None else _Timed(place, name)


def timed(name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """The same as a decorator."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def inside(*words: P.args, **named: P.kwargs) -> T:
            if _here.get() is None:
                return function(*words, **named)
            with step(name):
                return function(*words, **named)

        return inside

    return decorate


def asked(method: str | None, url: str | None) -> AbstractContextManager[object]:
    """A step that is a request to an engine: of its address the path alone, ids as docker shortens them."""
    place = _here.get()
    return _NOTHING if place is None else _Timed(place, f"{method} {_path(url)}")


def facts(line: str | None = None, **known: object) -> None:
    """Say of the trace that is under way here what its line is, masked, and its number, verb, host or status."""
    place = _here.get()
    if place is not None:
        running = place.running
        running.line = running.line if line is None else line
        running.facts.update({name: str(value) for name, value in known.items()})


def carried(job: Callable[[], None], waits: str = "") -> Callable[[], None]:
    """The job as a part of the trace of here, whichever thread does it; the trace ends only after it.

    waits, if given, is the step that lasts until it is begun. It has to be done once.
    """
    if _here.get() is None:
        return job
    part = Part(waits)

    def done() -> None:
        try:
            part.run(job)
        finally:
            part.end()

    return done


class Part:
    """A part of the trace of here that is done elsewhere, in one go or several; the trace ends only after end().

    waits, if given, is the step between those.
    """

    def __init__(self, waits: str = "") -> None:
        self._place, self._context = _here.get(), copy_context()
        self._waits = waits
        self._since = 0 if self._place is None else self._place.running.begin()

    def run(self, job: Callable[[], T]) -> T:
        """Do this as a part of it."""
        if self._place is None:
            return job()
        running = self._place.running
        if self._waits:
            running.add(Step(self._waits, self._since, running.now(), self._place.step))
        try:
            return self._context.run(job)
        finally:
            self._since = running.now()

    def end(self) -> None:
        """It is over."""
        if self._place is not None:
            self._place.running.end()


@dataclass(eq=False)
class _Running:
    """A trace that is under way."""

    line: str
    facts: dict[str, str]
    steps: list[Step] = field(default_factory=list)
    more: int = 0
    _open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _epoch: int = field(default_factory=lambda: time.time_ns() - time.perf_counter_ns())

    def __post_init__(self) -> None:
        self.start = self.now()

    def now(self) -> int:
        """Nanoseconds since the epoch as of its beginning, by a clock that nobody puts back."""
        return self._epoch + time.perf_counter_ns()

    def add(self, step: Step) -> None:
        """It has this step."""
        with self._lock:
            if len(self.steps) < MOST:
                self.steps.append(step)
            else:
                self.more += 1

    def begin(self) -> int:
        """One more part of it is under way; since when."""
        with self._lock:
            self._open += 1
        return self.now()

    def end(self) -> None:
        """A part is over; after the last one everybody hears of the whole."""
        with self._lock:
            self._open -= 1
            if self._open:
                return
        told = self._told()
        for sink in tuple(_sinks):
            try:
                sink(told)
            except Exception:  # whoever listens must not break what is listened to
                log.exception("a trace could not be told")

    def _told(self) -> Trace:
        end = self.now()
        masked: dict[Step | None, Step] = {}
        for each in sorted(self.steps, key=lambda each: each.start):
            masked[each] = replace(each, name=mask_text(each.name), inside=masked.get(each.inside))
        return Trace(self.line, self.facts, tuple(masked.values()), self.more, self.start, end)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a trace we are: in which step, None outside of all."""

    running: _Running
    step: Step | None = None


class _Tracing:
    """The block with which a trace begins."""

    def __init__(self, line: str, number: int | None) -> None:
        self._running = _Running(line, {} if number is None else {"number": str(number)})

    def __enter__(self) -> None:
        self._running.begin()
        self._token = _here.set(_Place(self._running))

    def __exit__(self, *_error: object) -> None:
        _here.reset(self._token)
        self._running.end()


class _Timed:
    """The block of a step."""

    __slots__ = ("_name", "_place", "_step", "_token")
    _step: Step
    _token: Token[_Place | None]

    def __init__(self, place: _Place, name: str) -> None:
        self._place, self._name = place, name

    def __enter__(self) -> None:
        running, now = self._place.running, self._place.running.now()
        self._step = Step(self._name, now, now, self._place.step)
        running.add(self._step)
        self._token = _here.set(_Place(running, self._step))

    def __exit__(self, *_error: object) -> None:
        _here.reset(self._token)
        self._step.end = self._place.running.now()


def _path(url: str | None) -> str:
    return _ID.sub(r"\1", _VERSION.sub("", urlsplit(url or "").path, count=1))


class _Nothing:
    """A block that is none, of built-in methods alone: of Python's own it would take twice as long."""

    __slots__ = ()
    __enter__ = __exit__ = "".format  # takes whatever it is given; what it gives is false and keeps no error back


_NOTHING = cast("AbstractContextManager[object]", _Nothing())
_sinks: list[Sink] = []
_here: ContextVar[_Place | None] = ContextVar("trace", default=None)
