"""docs/performance.md and its curves, from bench/results.json: `python -m bench.page`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.curves import curve
from bench.results import FILE, figures, spelt

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "performance.md"
TOP = """# How fast it is

This page is made by `make bench`, which starts an engine of its own and the local workspace, and measures slashdock
beside its rivals **in the same run, by turns**: the raw Engine API on a kept connection (*raw*), the `docker` binary as
a whole process (*docker*), docker-py's own high-level calls, bare Bolt, errbot, SQLite without us. Times differ from
machine to machine; what stands beside them, and the ratio, is what counts. `make bench QUICK=1` does a little of each
within a minute and a half; [tracing](tracing.md) says where the time of one line goes.

*End to end* is from the signed request, or the Socket Mode envelope, leaving the sender to the rendered message taken
by the workspace's server: verified, de-duplicated, parsed, judged, recorded durably in three commits, done, rendered
and sent.
"""
ABOUT = (
    "Measured on {when}: {processors} processors for people, bot and engine together, Python {python}, Engine"
    " {engine}.\n"
)
PARTS = {
    "lines": "One line, end to end",
    "sizes": "Lists against size, end to end",
    "stats": "What containers use",
    "logs": "Logs",
    "crowds": "Many people",
    "chat": "To acknowledge and to dispatch",
    "record": "The record",
    "clock": "Schedules",
    "policy": "The policy",
    "process": "The process",
    "day": "A day of requests",
    "work": "Other work",
}
CURVES = {"ps -a": "performance-ps.svg", "a filter by person": "performance-record.svg"}


def main() -> None:
    """Write the page and its pictures."""
    told = json.loads(FILE.read_text())
    for name, picture in pictures(told).items():
        (DOCS / name).write_text(picture)
    PAGE.write_text(page(told))


def page(told: Mapping[str, Any]) -> str:
    """The page."""
    held_all = figures(told)
    parts = [TOP, ABOUT.format(when=told["when"], **told["machine"])]
    names = dict.fromkeys([*PARTS, *(each["part"] for each in held_all)])
    for name in names:
        held = [each for each in held_all if each["part"] == name]
        if held:
            parts.append(f"## {PARTS.get(name, name)}\n\n{_table(held)}\n{_ways(held)}{_whys(held)}{_drawn(held)}")
    return "\n".join(parts)


def pictures(told: Mapping[str, Any]) -> dict[str, str]:
    """The curves against size, by the names of their files."""
    found = {}
    for what, file in CURVES.items():
        points = [each for each in figures(told) if each["size"] and each["what"].startswith(what)]
        if points:
            found[file] = curve(what, points)
    return found


def _table(held: Sequence[Mapping[str, Any]]) -> str:
    rows = ["| what | median | p99 | beside | bound | |", "|---|---:|---:|---|---|---|"]
    for each in held:
        unit = f" {each['unit']}" if each["unit"] else ""
        size = f" of {each['size']:,}" if each["size"] else ""
        ours = each["ours"]
        beside = ", ".join(
            f"{name} {spelt(rival['median'])}{_ratio(ours, rival)}" for name, rival in each["rivals"].items()
        )
        told = (f"{each['what']}{size}", f"{spelt(ours['median'])}{unit}", f"{spelt(ours['p99'])}{unit}")
        rows.append(f"| {' | '.join((*told, beside, '; '.join(each['bounds']), each['verdict']))} |")
    return "\n".join(rows) + "\n"


def _ratio(ours: Mapping[str, float], rival: Mapping[str, float]) -> str:
    return f" ({ours['median'] / rival['median']:.2f} x)" if rival["median"] else ""


def _ways(held: Sequence[Mapping[str, Any]]) -> str:
    ways: dict[str, list[str]] = {}
    for each in held:
        if each["way"] and each["what"] not in ways.setdefault(each["way"], []):
            ways[each["way"]].append(each["what"])
    one = len(ways) == 1
    return "".join(
        f"\n{way[0].upper()}{way[1:]}{'' if one else ': ' + ', '.join(whats)}.\n" for way, whats in ways.items()
    )


def _whys(held: Sequence[Mapping[str, Any]]) -> str:
    whys: dict[str, list[str]] = {}
    for each in held:
        if each["why"]:
            whys.setdefault(each["why"], []).append(each["what"])
    told = {why: ", ".join(dict.fromkeys(whats)) for why, whats in whys.items()}
    return "".join(f"\n**Not met: {whats}.** {why[0].upper()}{why[1:]}.\n" for why, whats in told.items())


def _drawn(held: Sequence[Mapping[str, Any]]) -> str:
    names = [
        file for what, file in CURVES.items() if any(each["size"] and each["what"].startswith(what) for each in held)
    ]
    return "".join(f"\n![Time against size]({name})\n" for name in names)


if __name__ == "__main__":
    main()
