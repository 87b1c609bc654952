"""Figures as they are printed and kept: a line each with its verdict, and JSON that the page is made from."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figures import Figure, Values

FILE = Path(__file__).with_name("results.json")
MET, NOT_MET, NONE = "met", "NOT MET", ""


def verdict(figure: Figure) -> str:
    """Whether its bounds are met; empty where it has none."""
    if not figure.bounds:
        return NONE
    return MET if figure.is_met else NOT_MET


def line(figure: Figure) -> str:
    """What is printed of it."""
    size = f" {figure.size:,}" if figure.size else ""
    beside = ", ".join(f"{name} {spelt(each.median)}" for name, each in figure.rivals.items())
    told = "; ".join(map(str, figure.bounds))
    ours = f"{spelt(figure.ours.median):>9} {figure.unit:3} p99 {spelt(figure.ours.p99):>9}"
    return f"{figure.part:9} {figure.what + size:62} {ours}  {beside:45} {told:45} {verdict(figure)}".rstrip()


def kept(runs: Mapping[str, Sequence[Figure]], *, engine: str) -> dict[str, Any]:
    """All of these runs as JSON, by the names of the benchmark's parts."""
    machine = {"python": platform.python_version(), "engine": engine, "processors": _processors()}
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    return {"when": when, "machine": machine, "runs": {name: [*map(_figure, run)] for name, run in runs.items()}}


def write(told: Mapping[str, Any], *, all_: bool, path: Path = FILE) -> None:
    """Keep it: all there is, or in place of what was kept of the same parts."""
    before = {} if all_ or not path.exists() else json.loads(path.read_text())["runs"]
    path.write_text(json.dumps({**told, "runs": {**before, **told["runs"]}}, indent=1, ensure_ascii=False) + "\n")


def figures(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those of all runs."""
    return [each for run in told["runs"].values() for each in run]


def unmet(figures: Iterable[Figure]) -> list[Figure]:
    """Those whose bounds are not met."""
    return [each for each in figures if verdict(each) == NOT_MET]


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "part": figure.part,
        "what": figure.what,
        "size": figure.size,
        "unit": figure.unit,
        "ours": _values(figure.ours),
        "rivals": {name: _values(each) for name, each in figure.rivals.items()},
        "bounds": [*map(str, figure.bounds)],
        "verdict": verdict(figure),
        "way": figure.way,
        "why": figure.why if verdict(figure) == NOT_MET else "",
    }


def _values(values: Values) -> dict[str, float]:
    told = {"median": values.median, "p99": values.p99, "most": values.most, "runs": len(values.each)}
    return {name: round(each, 3) for name, each in told.items()}


def spelt(value: float) -> str:
    """With as many digits as say something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _processors() -> int:
    return sum(each.startswith("processor") for each in Path("/proc/cpuinfo").read_text().splitlines())
