"""How long a report over a week of fifty containers takes, and how large that week is on the disk."""

from __future__ import annotations

import time
from pathlib import Path

import harness
from sampled import fill
from set_clock import SetClock

from bot.thinning import DAY, MINUTE

WEEK = 7 * DAY
RUNS = 5


def reports(folder: Path, engine: str) -> tuple[list[float], float]:
    """Milliseconds of `report now weekly` through the pipeline, one after the other, and megabytes of the samples."""
    clock = SetClock(time.time() // MINUTE * MINUTE)
    spoken = harness.bench(engine, folder, clock=clock)
    fill(spoken.store.metrics, clock, WEEK)
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        spoken.say("report now weekly")
        times.append((time.perf_counter() - began) * 1000)
    size = sum(each.stat().st_size for each in folder.glob("metrics.db*"))
    spoken.close()
    return times, size / 1_000_000
