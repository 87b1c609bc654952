"""`stats --no-stream`: cold, when the engine looks twice, and warm, when somebody asked a moment ago."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import harness

from bench.figures import AtMost, Figure, Scale, Times, interleaved
from bench.place import Place

CLI = "docker"
RUNNING = 30


def figures(folder: Path, place: Place, scale: Scale) -> Iterator[Figure]:
    """Of all that run."""
    place.running(scale.of(RUNNING, 3))
    spoken = harness.bench(place.engine, folder / "looks")
    running = len(place.raw.get("/containers/json"))

    def cold() -> None:
        for name in spoken.pipeline.hosts.names():
            host = spoken.pipeline.hosts.get(name)
            if host is not None:
                host.changed()  # so that no look of a moment ago will do
        spoken.say("stats --no-stream")

    ways = {"": cold, CLI: lambda: place.cli("stats", "--no-stream")}
    found = interleaved(scale.of(5, 1), ways)
    what = f"stats --no-stream of {running}"
    way = "in process; the engine's own two looks take two seconds"
    yield Figure("stats", f"{what}, cold", "ms", found.pop(""), found, [Times(1.05, CLI)], way)
    warm = interleaved(scale.of(20, 3), {"": lambda: spoken.say("stats --no-stream")})[""]
    way = "in process; a look of the last five seconds is told again, and how old it is"
    yield Figure("stats", f"{what}, warm", "ms", warm, {}, [AtMost(100, "ms")], way)
    spoken.close()
