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

Measured = Callable[[Path, Scale], Iterator[Figure]]


def _beside(measured: Callable[[Path, Engine, Place, Scale], Iterator[Figure]]) -> Measured:
    """With an engine of its own."""

    def run(folder: Path, scale: Scale) -> Iterator[Figure]:
        with Engine(folder / "engine") as engine:
            busybox_image(engine.host)
            with Place.at(engine.host) as place:
                yield from measured(folder, engine, place, scale)

    return run


def _at(measured: Callable[[Path, Place, Scale], Iterator[Figure]]) -> Measured:
    """The same."""
    return _beside(lambda folder, _engine, place, scale: measured(folder, place, scale))


PARTS: dict[str, Measured] = {
    "rivals": _at(rivals.figures),
    "looks": _at(looks.figures),
    "crowds": _beside(crowds.figures),
    "following": _at(following.figures),
    "chat": _at(chat.figures),
    "processes": _at(processes.figures),
    "record": recorded.figures,
    "clock": clockwork.figures,
    "freed": _at(work.freed),
    "day": soak.figures,
    "work": _at(work.figures),
}
BESIDE = ("day",)  # what grows in it is looked at, and not how fast it is: the part behind it is measured meanwhile


def run(name: str, scale: Scale) -> list[Figure]:
    """Measure one, and tell of each figure as it comes."""
    begun, found = time.monotonic(), list[Figure]()
    with tempfile.TemporaryDirectory(prefix="slashdock-bench-") as folder:
        for figure in PARTS[name](Path(folder), scale):
            found.append(figure)
            print(results.line(figure), flush=True)
    print(f"-- {name}: {time.monotonic() - begun:.0f} s", flush=True)
    return found
