"""`make bench`: how fast slashdock is, beside its rivals; QUICK=1 for a little of each. Keeps bench/results.json."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT / "scripts"), str(PROJECT / "tests")]

from engine import Engine  # noqa: E402 - the line above says where they are
from samples import busybox_image  # noqa: E402

from bench import chat, clockwork, crowds, following, looks, page, processes, recorded, results, rivals, soak, work  # noqa: E402
from bench.figures import Figure, Scale  # noqa: E402
from bench.place import Place  # noqa: E402

Measured = Callable[[Path, Engine, Place, Scale], Iterator[Figure]]


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
    "day": _alone(soak.figures),
    "freed": _simple(work.freed),
    "work": _simple(work.figures),
}


def _engine(folder: str) -> Engine:
    return Engine(Path(folder) / "engine")


def main(words: list[str]) -> int:
    """All parts, or those that are named, whose figures replace what is kept of them.

    The exit code is the number of bounds that are not met and not explained.
    """
    scale = Scale(bool(os.environ.get("QUICK")))
    runs: dict[str, list[Figure]] = {}
    began = time.monotonic()
    for name in words or PARTS:
        begun = time.monotonic()
        with (
            tempfile.TemporaryDirectory(prefix="slashdock-bench-") as folder,
            Engine(Path(folder) / "engine") as engine,
        ):
            busybox_image(engine.host)
            with Place.at(engine.host) as place:
                version = place.low.version()["Version"]
                for figure in PARTS[name](Path(folder), engine, place, scale):
                    runs.setdefault(name, []).append(figure)
                    print(results.line(figure), flush=True)
        print(f"-- {name}: {time.monotonic() - begun:.0f} s", flush=True)
    found = [each for run in runs.values() for each in run]
    unmet = results.unmet(found)
    told = f"{len(found)} figures, {len(unmet)} of them not within their bounds"
    print(f"{told}; {time.monotonic() - began:.0f} s")
    if not scale.is_quick:
        results.write(results.kept(runs, engine=version), all_=not words)
        page.main()
    return sum(not each.why for each in unmet) if not scale.is_quick else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
