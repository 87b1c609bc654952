"""What a line costs without its engine and Slack's network: read, judged, written down, done, and made a message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import harness
from docker.api.client import APIClient
from harness import ADMIN, Bench
from stored_engine import API_VERSION, StoredEngine, stored

from bench.figures import AtMost, Figure, Scale, Values, interleaved
from bench.writers import write
from bot.slack import blocks
from commands import wire

PART = "record"
LISTS = (1, 15)  # containers
DISK = "In memory the three commits take 0.5 ms: the rest is the disk's, which is waited for after each."
OWN = f"{DISK} In memory whoami takes 1.7 ms in all, and an empty ps 2.9 ms with its engine."


def costs(folder: Path, scale: Scale) -> Iterator[Figure]:
    """A line that asks no engine, one that lists, without what the engine takes; and what of that is the disk."""
    runs = scale.of(500, 50)
    for size in LISTS:
        yield from _costs(folder / str(size), size, runs)


def _costs(folder: Path, size: int, runs: int) -> Iterator[Figure]:
    listed = json.dumps(json.loads(stored("containers"))[:size]).encode()
    with StoredEngine({"/containers/json": listed}) as engine:
        client = APIClient(base_url=engine.address, version=API_VERSION)
        spoken = harness.bench(engine.address, folder)
        for line in ("whoami", "ps"):
            _shown(spoken, line)
        found = interleaved(
            runs,
            {
                "durable": lambda: list(write(spoken.store.record, 0)),
                "whoami": lambda: _shown(spoken, "whoami"),
                "ps": lambda: _shown(spoken, "ps"),
                "engine": lambda: wire.get(client, "/containers/json"),
            },
        )
        spoken.close()
        client.close()
    most, way = (AtMost(2.5, "ms"),), "read, judged, written down in three commits, made a message"
    engine_took = found["engine"].median
    own = Values([ms - engine_took for ms in found["ps"].each])
    if size == LISTS[0]:
        yield Figure(PART, "whoami", "ms", found["whoami"], bounds=most, way=way, why=OWN)
        yield Figure(
            PART, "the three commits of an action", "ms", found["durable"], bounds=(AtMost(1.5, "ms"),), why=DISK
        )
    yield Figure(PART, "ps without its engine, by containers", "ms", own, bounds=most, way=way, size=size, why=OWN)


def _shown(spoken: Bench, line: str) -> None:
    blocks.render(spoken.say(line), lambda _button: "id", ADMIN)
