"""What is measured, part by part, each on an engine of its own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from engine import Engine
from samples import busybox_image

from bench import chat, clockwork, crowds, following, looks, processes, recorded, results, rivals, soak, work
from bench.figures import Figure, Scale
from bench.place import Place

Measured = Callable[[Path, Engine, Place, Scale], Iterator[Figure]]
Run = tuple[str, list[Figure]]  # the engine's version, and what was measured


def _simple(measured: Callable[[Path, Place, Scale], Iterator[Figure]]) -> Measured:
    return lambda folder, _engine, place, scale: measured(folder, place, scale)


def _alone(measured: Callable[[Path, str, Scale], Iterator[Figure]]) -> Measured:
    return lambda folder, engine, _place, scale: measured(folder, engine.host, scale)


PARTS: dict[str, Measured] = {
    "rivals": _simple(rivals.figures),
    "looks": _simple(looks.figures),
    "crowds": crowds.figures,
    "following": _simple(following.figures),
    "chat": _simple(chat.figures),
    "processes": _simple(processes.figures),
    "record": _alone(recorded.figures),
    "clock": _alone(clockwork.figures),
    "freed": _simple(work.freed),
    "day": _alone(soak.figures),
    "work": _simple(work.figures),
}
BESIDE = ("day",)  # what grows in it is looked at, and not how fast it is: the part behind it is measured meanwhile


def run(name: str, scale: Scale) -> Run:
    """Measure one, and tell of each figure as it comes."""
    begun, found = time.monotonic(), list[Figure]()
    with (
        tempfile.TemporaryDirectory(prefix="slashdock-bench-") as folder,
        Engine(Path(folder) / "engine") as engine,
    ):
        busybox_image(engine.host)
        with Place.at(engine.host) as place:
            version = place.low.version()["Version"]
            for figure in PARTS[name](Path(folder), engine, place, scale):
                found.append(figure)
                print(results.line(figure), flush=True)
    print(f"-- {name}: {time.monotonic() - begun:.0f} s", flush=True)
    return version, found
