"""What stands in the way of a bound: measured where it can be, else what was tried."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from bench.profile import Run

COMMITS = ("receipt", "intent", "outcome")


def shares(line: str, runs: Sequence[Run]) -> str:
    """Where the time of a line goes, by its trace, in one sentence."""
    whole = statistics.median(each.seen for each in runs)
    commits = sum(_median(runs, name) for name in COMMITS)
    engine, sent = _median(runs, "run"), _median(runs, "send")
    rest = whole - commits - engine - sent
    return (
        f"of {whole:.1f} ms that `{line}` takes the three commits, each on the disk before the next step, are"
        f" {commits:.1f}, the engine and its answer {engine:.1f}, the answer to Slack {sent:.1f}, and all else"
        f" {rest:.1f}; the docker command writes nothing down and answers nobody else. Tried, and kept: connections to"
        " Slack that are kept, no walk through templates, lists masked at once, commits that are shared"
    )


def _median(runs: Sequence[Run], name: str) -> float:
    return statistics.median(sum(each.steps.get((name,), [0.0])) for each in runs)
