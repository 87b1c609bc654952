"""What stands in the way of a bound: measured where it can be, and what was tried."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench import profile
from bench.figures import Figure
from bench.profile import Run

LINE = "network ls"
COMMITS = ("receipt", "intent", "outcome")
TRIED = (
    "Tried and kept: connections to Slack that are kept, templates that are not walked, lists that are masked at once,"
    " commits that are shared"
)
DEEDS = (
    "beside the engine's own time a line looks its container up before it is judged and again before it is done, makes"
    " its three commits (of an exec one more, so that it is found again after a kill), and is answered"
)
ROWS = (
    "each row is judged, printed, masked and aligned in Python, which reads the engine's JSON as well; a row cost eight"
    f" times as much before. {TRIED}"
)
AT_ONCE = (
    "the engine is asked once, but ten answers of so many rows each are printed, masked, recorded and sent by one"
    " interpreter, which does one after the other"
)
LOGS = (
    "every line is looked through for secrets before it is written down, by some forty patterns; the raw read keeps"
    " nothing and looks at nothing"
)
MODULES = (
    "nearly all of it is the definition of our own 400 modules, every verb among them, as each is judged by all. Tried"
    " and kept: no search for garbage meanwhile, Slack's side is loaded by `start` alone"
)


ACKS = (
    "the receipt of each waits for the disk before it is acknowledged, in the same process in which two hundred lines"
    " wait for the engine; the ends of those that give up come in bursts"
)
ONE = (
    "one thread of the engine's workers and its connection more: a worker counts as busy until its answer is out, so"
    " that a line that comes in right then starts one; there are never more than 64 of them"
)
DISK = (
    "each commit waits for the disk, whose pace is what plain SQLite beside it has too; ours chain each event by an"
    " HMAC, index its words and its names, and commit three times for four events, where the rivals write bare rows"
)
FOUND = (
    "the time grows with how many actions match, not with how many there are: here every hundredth person and object"
    " has some of all, and each that is found is read from its events"
)
CACHES = (
    "the heap of Python does not grow; SQLite's page caches and the allocator's arenas do in the first hours, and stand"
)
CROWD = (
    "it is the first minute of this process: who asks for the first time leaves connections, threads and caches behind;"
    " what a day of requests adds is below"
)


def traced(folder: Path, engine: str) -> str:
    """Where the time of a short line goes, by its trace, in one sentence."""
    folder.mkdir()
    return shares(LINE, profile.profile(LINE, folder, engine))


def shares(line: str, runs: Sequence[Run]) -> str:
    """The same of these runs."""
    whole = statistics.median(each.seen for each in runs)
    commits = sum(_median(runs, name) for name in COMMITS)
    engine, sent = _median(runs, "run"), _median(runs, "send")
    rest = whole - commits - engine - sent
    return (
        f"of {whole:.1f} ms that `{line}` takes, the three commits, each on the disk before the next step, are"
        f" {commits:.1f}, the engine and what is printed of it {engine:.1f}, the answer to Slack {sent:.1f}, and all"
        f" else {rest:.1f}; the docker command writes nothing down and tells nobody else. {TRIED}"
    )


def by_the_engine(figure: Figure, raw: str, cli: str) -> Figure:
    """The same figure, where the engine alone takes most of what is allowed."""
    alone, allowed = figure.rivals[raw].median, 0.6 * figure.rivals[cli].median
    told = f"the engine's own answer takes {alone:.1f} ms of the {allowed:.1f} that are allowed"
    return replace(figure, why=f"{told}; beyond it, {figure.why}")


def _median(runs: Sequence[Run], name: str) -> float:
    return statistics.median(sum(each.steps.get((name,), [0.0])) for each in runs)
