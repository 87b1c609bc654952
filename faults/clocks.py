"""Schedules of a bot whose clock is put ahead and back again and again: what was due by it, and what came of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bot.workspace.people import ADMIN, OPS
from faults.cases import Tally
from faults.stage import HEARD, Stage, stage, until

HOUR, MINUTE = 3600, 60  # seconds
STEPS = (0, 2 * HOUR, 3 * HOUR, 2 * HOUR, HOUR, 2 * HOUR)  # seconds by which the bot's clock is ahead, in turn
SPAN = 100.0  # seconds for each of them
MIDDLE = 25.0  # seconds into a minute at which the clock is put: nothing is due just then
UNSEEN = 40.0  # seconds for which what came due may wait for a look at the clock
WALL, FLOWING, ONCE = NAMES = ("wall", "flowing", "once")  # by its clock, by one that only goes on, and one time
WHEN = {WALL: '"* * * * *"', FLOWING: "--every 1m", ONCE: "--at 'in 30m'"}
TICK = "tick"  # the label of the container that each run makes


@dataclass(frozen=True)
class Phase:
    """What the bot's clock said at first and at last, in epoch seconds."""

    first: float
    last: float


@dataclass(frozen=True)
class Row:
    """A run as the record has it: for how many it stands, the first of which was due at first; summary is its end."""

    due: float
    first: float
    count: int
    summary: str


def stepped(preload: str, steps: Sequence[int] = STEPS) -> Tally:
    """Runs by all kinds of clocks while the bot's is put by so much, and so on; each makes a container of its own."""
    with stage(preload=preload) as made:
        made.born()
        made.heard()
        for name in NAMES:
            line = f"create --label {TICK}={name} busybox true"
            made.workspace.slash(ADMIN, OPS, f"schedule add --yes --name {name} {WHEN[name]} {line}")
        until(lambda: len(_states(made)) == len(NAMES), HEARD)
        began = time.time()
        phases = [_phase(made, offset) for offset in steps]
        made.settled()
        tally = _judged(made, phases, time.time() - began)
        made.stop()
        return tally


def _phase(made: Stage, offset: int) -> Phase:
    """Put the clock, let it go on, and wait for the middle of a minute."""
    (made.folder / "time").write_text(f"{offset:+d}\n")
    first = time.time()
    time.sleep(SPAN)
    time.sleep((MIDDLE - time.time()) % MINUTE)
    return Phase(first + offset, time.time() + offset)


def _judged(made: Stage, phases: Sequence[Phase], seconds: float) -> Tally:
    """What the record says of all runs, beside what the bot's clock said and what was made."""
    rows = {name: _rows(made, name) for name in NAMES}
    lost = _unrun(rows[WALL], phases) + _gaps(rows[FLOWING], seconds) + (not rows[ONCE])
    doubled = max(0, len(rows[ONCE]) - 1)
    wrong = sum(state != ("ended" if name == ONCE else "active") for name, state in _states(made).items())
    for name, found in rows.items():
        done = sum(row.summary == "done" for row in found)
        there = len(made.api.containers(all=True, filters={"label": f"{TICK}={name}"}))
        doubled += max(0, there - done)
        lost += max(0, done - there) + sum(not row.summary for row in found)
        wrong += sum(not row.summary.startswith(("done", "skipped")) for row in found if row.summary)
    return Tally(len(phases) - 1, lost, doubled, wrong)


def _unrun(rows: Sequence[Row], phases: Sequence[Phase]) -> int:
    """How many full minutes the bot's clock came to for which no run stands."""
    last = len(phases) - 1
    return sum(
        not any(row.first <= minute <= row.due for row in rows)
        for at, phase in enumerate(phases)
        for minute in _minutes(phase.first, phase.last - (UNSEEN if at == last else 0))
    )


def _minutes(first: float, last: float) -> Iterator[int]:
    return iter(range(int(first) // MINUTE * MINUTE + MINUTE, int(last) + 1, MINUTE))


def _gaps(rows: Sequence[Row], seconds: float) -> int:
    """How many minutes are left out between two runs, and how many are missing to all that have passed."""
    between = sum(round(after.first - before.due) // MINUTE - 1 for before, after in pairwise(rows))
    return between + max(0, int(seconds - UNSEEN) // MINUTE - sum(row.count for row in rows))


def _rows(made: Stage, name: str) -> list[Row]:
    return [Row(*found) for found in _asked(made, _RUNS, name)]


def _states(made: Stage) -> dict[str, str]:
    return {str(name): str(state) for name, state in _asked(made, _STATES)}


def _asked(made: Stage, query: str, *values: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(made.folder / "data" / "slashdock.db", timeout=10)) as db:
        return db.execute(query, values).fetchall()


_STATES = "SELECT name, state FROM timetable"
_RUNS = """
SELECT due, coalesce(runs.first, due), missed + 1, summary
FROM runs JOIN timetable ON job = CAST(timetable.number AS TEXT)
WHERE name = ? ORDER BY due
"""
