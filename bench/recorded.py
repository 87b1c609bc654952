"""The record: read back among a million actions, written by many at once, archived meanwhile, and what a line costs."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import harness
from harness import Bench

from bench import whys, yearlong
from bench.figures import AtMost, Figure, Scale, Times, Values, timed
from bench.lines import costs
from bench.writers import moved, together

PART = "record"
RUNS = 30
STEP = 10_000  # actions of one transaction
NEWEST = 21  # actions, as `audit ls` reads
READ, SEARCH = AtMost(5, "ms"), AtMost(30, "ms")


def figures(folder: Path, scale: Scale) -> Iterator[Figure]:
    """Reading, writing, archiving, and the cost of a line; the engine is one of stored answers."""
    for name, work in (("reads", _reads), ("together", together), ("moved", moved), ("costs", costs)):
        yield from work(folder / name, scale)
        shutil.rmtree(folder / name)  # some of them are gigabytes


def _reads(folder: Path, scale: Scale) -> Iterator[Figure]:
    """Each way to look for actions at a hundredth, a tenth and all of them."""
    most = scale.of(1_000_000, 20_000)
    spoken = harness.bench("unix:///nothing-is-asked-of-it", folder)
    known, first = 0, most // 100
    least: dict[str, Values] = {}
    for size in (first, most // 10, most):
        _fill(spoken, known + 1, size, most)
        known = size
        for what, _, filters, bound in _asked(size):
            found = _read(spoken, filters)
            small = {f"of {first:,}": least.setdefault(what, found)}
            bounds = (bound, Times(2, f"of {first:,}", 1)) if bound is READ else (bound,)
            yield Figure(PART, f"{what}, the read alone", "ms", found, small, bounds, size=size, why=whys.FOUND)
    for what, line, _, bound in _asked(most):  # behind the growth, for each of these is an action as well
        said = Values([timed(lambda line=line: spoken.say(line)) for _ in range(RUNS)])  # type: ignore[misc]
        bounds = (bound,) if bound is SEARCH else ()
        yield Figure(PART, f"{what}, the whole line of {most:,}", "ms", said, bounds=bounds, way=line, why=whys.FOUND)
    spoken.close()


def _fill(spoken: Bench, first: int, last: int, most: int) -> None:
    for begin in range(first, last + 1, STEP):
        with spoken.store.journal.writing() as db:
            yearlong.fill(db, begin, min(begin + STEP - 1, last), most, time.time())


def _asked(size: int) -> Iterator[tuple[str, str, dict[str, tuple[str, ...]], AtMost]]:
    """What is looked for, as a line and as filters; the person did something to the container."""
    who, what, verb = yearlong.of(size // 2)
    pair = {"person": (who,), "target": (what,)}
    yield "a filter by person and target", f"audit ls --filter actor={who} --filter target={what}", pair, READ
    yield "a search for a rare word", "audit ls text=rare7", {"text": ("rare7",)}, SEARCH
    yield "a search for two words", f"audit ls 'text={verb} {what}'", {"text": (f"{verb} {what}",)}, SEARCH
    yield "a search for a word of every sixth", "audit ls text=restart", {"text": ("restart",)}, SEARCH


def _read(spoken: Bench, filters: dict[str, tuple[str, ...]]) -> Values:
    search = spoken.store.actions.searched
    return Values([timed(lambda: search(filters, NEWEST, lambda _action: True)) for _ in range(RUNS)])
