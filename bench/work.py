"""What else is measured: verdicts, clicks, plans of cleanups, reports, stops, and streams from printed to painted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import harness

from bench import approving, living, planning, reporting, verdict
from bench.figures import AtMost, Figure, Scale, Values, interleaved
from bench.place import Place

CLI = "docker"
PEOPLE = (20, 200, 2_000)
STREAMS = (1, 5, 10)
STUBBORN = ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]
STOPPED = 5  # containers, each with GRACE
GRACE = 2  # seconds


def figures(folder: Path, place: Place, scale: Scale) -> Iterator[Figure]:
    """All of it."""
    yield from _verdicts(scale)
    plans = Values(planning.plans(folder / "planning"))
    about = f"a cleanup's plan, {planning.IMAGES:,} images, {planning.CONTAINERS} containers, beyond its lists"
    yield Figure("work", about, "ms", plans, {}, [AtMost(1000, "ms")], "in process")
    clicks = Values(approving.clicks(folder / "approving", place.engine, scale.of(15, 3)))
    yield Figure("work", "from a click on Approve to running", "ms", clicks, {}, [AtMost(3000, "ms")], "Socket Mode")
    yield _stops(folder, place)
    if not scale.is_quick:
        yield from _reports(folder, place)
        yield from _streams(folder, place)


def _reports(folder: Path, place: Place) -> Iterator[Figure]:
    """Of a week."""
    times, size = reporting.reports(folder / "reporting", place.engine)
    yield Figure(
        "work", "a weekly report of 50 containers", "ms", Values(times), {}, [AtMost(2000, "ms")], "in process"
    )
    yield Figure(
        "work", "a week of samples of 50 containers", "MB", Values([size]), {}, [AtMost(20, "MB")], "in process"
    )


def freed(folder: Path, place: Place, scale: Scale) -> Iterator[Figure]:
    """From a stream's Stop to as many threads and connections to the engine as before it."""
    times = Values(living.stops(folder / "freed", place.engine, scale.of(5, 1)))
    yield Figure("work", "from Stop to all freed", "ms", times, {}, [AtMost(1000, "ms", "most")], "Socket Mode")


def _verdicts(scale: Scale) -> Iterator[Figure]:
    for count in PEOPLE:
        what = f"a verdict, {count:,} people, {verdict.ROLES} roles, {verdict.RULES} rules"
        times = Values(verdict.verdicts(count, scale.of(10, 2) / 10))
        yield Figure("policy", what, "µs", times, {}, [AtMost(250, "µs")], "of the processor's time")


def _stops(folder: Path, place: Place) -> Figure:
    """Until one line has stopped containers that ignore TERM."""
    spoken = harness.bench(place.engine, folder / "stops")
    names = [place.low.create_container("busybox:latest", STUBBORN)["Id"] for _ in range(STOPPED)]
    line = ["stop", "-t", str(GRACE), *names]

    def run(stop: object) -> None:
        for name in names:
            place.low.start(name)
        assert callable(stop)
        stop()

    ways = {"": lambda: run(lambda: spoken.say(" ".join(line))), CLI: lambda: run(lambda: place.cli(*line))}
    found = interleaved(1, ways)
    for name in names:
        place.low.remove_container(name, force=True)
    spoken.close()
    what = f"start, and stop -t {GRACE} of {STOPPED} that ignore TERM"
    return Figure("work", what, "ms", found.pop(""), found, (), "in process")


def _streams(folder: Path, place: Place) -> Iterator[Figure]:
    """How soon a line is seen in Slack, what a gigabyte takes of memory."""
    way = "Socket Mode, chat.update within Slack's 50 a minute, which all streams share"
    for count in STREAMS:
        delays = Values(living.delays(folder / f"delays-{count}", place.engine, count))
        bounds = [AtMost(2.0 if count == 1 else min(1.2 * count, 20), "s")]
        what = f"from printed to painted, {count} {'stream' if count == 1 else 'streams'}"
        yield Figure("work", what, "s", delays, {}, bounds, way)
    for what, more in living.memory(folder / "memory", place.engine).items():
        about = f"a gigabyte through {what}: more memory"
        yield Figure("work", about, "MB", Values([more]), {}, [AtMost(100, "MB")], way)
