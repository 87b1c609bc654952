"""Logs: how soon a line that is followed is with us, and what a long one takes that is given as a file."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import harness

from bench import living, whys
from bench.figures import AtMost, Figure, Scale, Times, Values, timed
from bench.place import Place
from bot.living import Living
from bot.policy import Policy
from bot.request import Actor, Origin, Request
from commands import catalog

RAW = "raw"
BEAT = "i=0; while true; do i=$((i+1)); echo beat $i; usleep 20000; done"
LINES = 1_000_000
LIMIT = 300  # seconds


def figures(folder: Path, place: Place, scale: Scale) -> Iterator[Figure]:
    """Both."""
    policy = Policy.parse(harness.ROOT, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    spoken = harness.bench(place.engine, folder / "following", policy)
    spoken.store.files.largest = 10**9
    yield _followed(spoken, place, scale.of(500, 50))
    yield from _exported(spoken, place, scale)
    spoken.close()


@contextmanager
def _heard(count: int) -> Iterator[tuple[list[float], threading.Event]]:
    """How old the lines are that come into a buffer, in milliseconds; and an event for when so many have come."""
    ages: list[float] = []
    lines, enough = 0, threading.Event()
    add = Living.add

    def heard(self: Living, text: str, source: str = "", prefixes: Sequence[str] = ()) -> None:
        nonlocal lines
        now = time.time()
        ages.extend(_age(now, each) for each in prefixes if each)
        lines += text.count("\n")
        add(self, text, source, prefixes)
        if lines >= count:
            enough.set()

    Living.add = heard  # type: ignore[method-assign]
    try:
        yield ages, enough
    finally:
        Living.add = add  # type: ignore[method-assign]


def _age(now: float, stamp: str) -> float:
    return (now - datetime.fromisoformat(f"{stamp[:26]}+00:00").timestamp()) * 1000


def _followed(spoken: harness.Bench, place: Place, count: int) -> Figure:
    """Milliseconds from the engine's stamp of a line to the buffer that is masked and painted from."""
    box = place.low.create_container("busybox:latest", ["sh", "-c", BEAT], name="followed")["Id"]
    place.low.start(box)
    with _heard(count) as (ages, enough), _following(spoken, "logs -f -t --tail 0 followed"):
        enough.wait(LIMIT)
        place.low.remove_container(box, force=True)
    bounds = (AtMost(1, "ms"), AtMost(5, "ms", "p99"))
    return Figure("logs", "followed: printed to in our buffer", "ms", Values(ages), {}, bounds, "in process")


def _exported(spoken: harness.Bench, place: Place, scale: Scale) -> Iterator[Figure]:
    """Seconds until a whole log is in the file that it is given as, masked; and how much more memory that takes."""
    lines = scale.of(LINES, 20_000)
    raw, ours, more = zip(*(_export(spoken, place, lines) for _ in range(scale.of(2, 1))), strict=True)
    what = f"the whole log of {lines:,} lines, followed into its file"
    yield Figure("logs", what, "s", Values(ours), {RAW: Values(raw)}, [Times(1.15, RAW)], "in process", why=whys.LOGS)
    most = [AtMost(10, "MB", "most")]
    yield Figure("logs", "more memory meanwhile", "MB", Values(more), {}, most, "in process", why=whys.LOGS)


def _export(spoken: harness.Bench, place: Place, lines: int) -> tuple[float, float, float]:
    """Seconds of the raw read and of ours, and megabytes that ours takes."""
    box = place.log(lines, stays=True)
    raw = timed(lambda: place.raw.drain(f"/containers/{box}/logs?stdout=1&stderr=1")) / 1000
    took = 0.0

    def follow() -> None:
        nonlocal took
        with _heard(lines) as (_, enough), _following(spoken, f"logs -f --tail all {box}"):
            took = timed(lambda: enough.wait(LIMIT)) / 1000
            place.low.remove_container(box, force=True)

    more = living.more(Path("/proc/self"), follow)
    return raw, took, more


@contextmanager
def _following(spoken: harness.Bench, line: str) -> Iterator[None]:
    """The line lives, with somebody who watches; the block is left once it has ended."""
    request = Request(line, Actor(harness.ADMIN), Origin.SLASH)
    thread = threading.Thread(target=spoken.pipeline.submit, args=(request, lambda _view: None))
    thread.start()
    yield
    thread.join()
