"""`make fuzz`: every target for its share of the minutes; what was tried is told, what was found is kept and told."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from fuzz import seeds, shrinking
from fuzz.target import text
from fuzz.targets import TARGETS

PROJECT = Path(__file__).parent.parent.parent
FOLDER = PROJECT / ".run/fuzz"
FOUND = ("crash-*", "timeout-*", "oom-*")  # what libFuzzer calls the cases that it ends at
ROW = "{:10} {:>10} {:>8} {:>8} {:>8} {:>8}"
_SEEN = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)/")
_RUNS = re.compile(r"stat::number_of_executed_units: (\d+)")


def main() -> int:
    """1 where something was found."""
    reading = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    reading.add_argument("minutes", type=float)
    reading.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all by default")
    reading.add_argument("--keep", action="store_true", help="keep the cases by which more lines are reached, too")
    given = reading.parse_args()
    names = given.targets or list(TARGETS)
    seconds = max(1, round(given.minutes * 60 / len(names)))
    print(ROW.format("target", "cases", "edges", "features", "corpus", "found"))
    found = [each for name in names for each in _fuzzed(name, seconds, keep=given.keep)]
    for each in found:
        print(each)
    return 1 if found else 0


def _fuzzed(name: str, seconds: int, *, keep: bool) -> list[str]:
    """What was found, each in a line; its cases are kept as seeds."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with (folder / "log").open("w") as log:
        code = subprocess.run(
            [sys.executable, "-m", "fuzz.child", name, str(seconds), folder], stdout=log, stderr=log, check=False
        ).returncode
    said = (folder / "log").read_text(errors="replace")
    cases = [path.read_bytes() for pattern in FOUND for path in sorted(folder.glob(pattern))]
    seen = (_SEEN.findall(said) or [("-", "-", "-")])[-1]
    print(ROW.format(name, (_RUNS.findall(said) or ["-"])[-1], *seen, len(cases)), flush=True)
    if code and not cases:
        return [f"{name}: it did not run: see {folder / 'log'}"]
    new = [shrinking.shrunk(case, TARGETS[name]) for case in cases]
    if keep:
        new += shrinking.reaching_more(name, sorted((folder / "cases").iterdir()))
    seeds.keep(name, [*seeds.kept(name), *new])
    return list(_told(name, new[: len(cases)]))


def _told(name: str, cases: list[bytes]) -> Iterator[str]:
    for case in cases:
        yield f"{name}: {text(case)!a}\n  {shrinking.fault(case, TARGETS[name])}"


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # Slack's double, which told the bot who it is, has threads that nobody waits for
