"""Logs: how soon a line that is followed is with us, and what a long one takes that is given as a file."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import harness

from bench import whys
from bench.figures import AtMost, Figure, Scale, Times, Values, timed
from bench.place import Place
from bot.living import Living
from bot.policy import Policy
from bot.request import Actor, Origin, Request
from commands import catalog

RAW = "raw"
BEAT = "i=0; while true; do i=$((i+1)); echo beat $i; usleep 20000; done"
LINES = 1_000_000


def figures(folder: Path, place: Place, scale: Scale) -> Iterator[Figure]:
    """Both."""
    policy = Policy.parse(harness.ROOT, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    spoken = harness.bench(place.engine, folder / "following", policy)
    spoken.store.files.largest = 10**9
    yield _followed(spoken, place, scale.of(500, 50))
    yield from _exported(spoken, place, scale)
    spoken.close()


def _followed(spoken: harness.Bench, place: Place, count: int) -> Figure:
    """Milliseconds from the engine's stamp of a line to the buffer that is painted from; masked, as it is there."""
    box = place.low.create_container("busybox:latest", ["sh", "-c", BEAT], name="followed")["Id"]
    place.low.start(box)
    found: list[float] = []
    enough = threading.Event()
    add = Living.add

    def heard(self: Living, text: str, source: str = "", prefixes: Sequence[str] = ()) -> None:
        now = time.time()
        found.extend(
            (now - datetime.fromisoformat(f"{each[:26]}+00:00").timestamp()) * 1000 for each in prefixes if each
        )
        if len(found) >= count:
            enough.set()
        add(self, text, source, prefixes)

    Living.add = heard  # type: ignore[method-assign]
    thread = threading.Thread(target=_follow, args=(spoken, "logs -f -t --tail 0 followed"))
    thread.start()
    enough.wait(120)
    place.low.remove_container(box, force=True)
    thread.join()
    Living.add = add  # type: ignore[method-assign]
    bounds = (AtMost(1, "ms"), AtMost(5, "ms", "p99"))
    return Figure("logs", "followed: printed to in our buffer", "ms", Values(found), {}, bounds, "in process")


def _exported(spoken: harness.Bench, place: Place, scale: Scale) -> Iterator[Figure]:
    """Seconds until a whole log is a file, masked; and how much more memory that takes at most."""
    box = place.log(scale.of(LINES, 20_000))
    path = f"/containers/{box}/logs?stdout=1&stderr=1"
    _follow(spoken, f"logs -f --tail all {box}")  # what the first one leaves is kept for the next
    raw, ours, more = [], [], []
    for _ in range(scale.of(3, 1)):
        raw.append(timed(lambda: place.raw.drain(path)) / 1000)
        Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
        before = _highest()
        ours.append(timed(lambda: _follow(spoken, f"logs -f --tail all {box}")) / 1000)
        more.append((_highest() - before) / 1000)
    lines = scale.of(LINES, 20_000)
    bounds = [Times(1.15, RAW)]
    what = f"the whole log of {lines:,} lines as a file"
    yield Figure("logs", what, "s", Values(ours), {RAW: Values(raw)}, bounds, "in process", why=whys.LOGS)
    yield Figure(
        "logs", "more memory meanwhile", "MB", Values(more), {}, [AtMost(10, "MB", "most")], "in process", why=whys.LOGS
    )
    place.low.remove_container(box)


def _follow(spoken: harness.Bench, line: str) -> None:
    """Until it ends, with somebody who watches."""
    spoken.pipeline.submit(Request(line, Actor(harness.ADMIN), Origin.SLASH), lambda _view: None)


def _highest() -> int:
    """The most memory that this process has held, in kilobytes."""
    told = Path("/proc/self/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0])
