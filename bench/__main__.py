"""`make bench`: how fast slashdock is, beside its rivals; QUICK=1 for a little of each. Keeps bench/results.json."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT / "scripts"), str(PROJECT / "tests")]

from bench import page, parts, results  # noqa: E402 - the line above says where what they need is
from bench.figures import Figure, Scale  # noqa: E402


def main(words: list[str]) -> int:
    """All parts, or those that are named, whose figures replace what is kept of them.

    The exit code is the number of bounds that are not met and not explained.
    """
    scale = Scale(bool(os.environ.get("QUICK")))
    began = time.monotonic()
    with ProcessPoolExecutor(1, get_context("spawn")) as beside:
        begun = {name: _begun(name, scale, beside) for name in words or parts.PARTS}
        found = {name: run() for name, run in begun.items()}
    figures = [each for run in found.values() for each in run]
    unmet = results.unmet(figures)
    told = f"{len(figures)} figures, {len(unmet)} of them not within their bounds"
    print(f"{told}; {time.monotonic() - began:.0f} s")
    if not scale.is_quick:
        results.write(results.kept(found, engine=_version()), all_=not words)
        page.main()
    return sum(not each.why for each in unmet) if not scale.is_quick else 0


def _begun(name: str, scale: Scale, beside: ProcessPoolExecutor) -> Callable[[], list[Figure]]:
    """Measure a part; one that is measured beside others is waited for when all of them are over."""
    if name in parts.BESIDE:
        return beside.submit(parts.run, name, scale).result
    run = parts.run(name, scale)
    return lambda: run


def _version() -> str:
    """The engine's."""
    told = subprocess.run(["dockerd", "--version"], capture_output=True, check=True, text=True).stdout
    return told.removeprefix("Docker version ").partition(",")[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
