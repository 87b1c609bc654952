"""A day of requests and of the clock's ticks, as fast as they go: what grows of the process, and of its folder."""

from __future__ import annotations

import gc
import os
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice
from pathlib import Path

import harness
from harness import ADMIN, OPERATOR, STRANGER, VIEWER
from set_clock import SetClock

from bench import whys
from bench.apart import engine_apart
from bench.figures import AtMost, Figure, Scale, Values
from bot.desk import Desk
from bot.jobs import Job, planned
from bot.keeper import Keeper
from bot.request import Actor, Origin, Outcome, Request
from bot.sampler import Sampler
from bot.schedules import Ended, Schedules
from bot.store import FILE
from bot.undelivered import Shown

PART = "day"
MINUTE = 60  # requests, and simulated seconds
AT_ONCE = 4  # requests
RETENTION = 400  # days
LIMIT = 60.0  # seconds for one answer
DOCUMENTED = 1_600  # bytes; docs/record.md
LINES = (
    (ADMIN, "whoami"),
    (OPERATOR, "ps"),
    (ADMIN, "inspect ranges"),
    (STRANGER, "ps"),
    (VIEWER, "whoami"),
    (VIEWER, "rm ranges"),
)
MEBIBYTE = 2**20


class Watchers:
    """Those who watch over the bot, who take whatever they are told."""

    def say(self, text: str, heard: Callable[[Shown], None]) -> None:
        """It was shown."""
        del text
        heard(Shown.SHOWN)

    def feed(self) -> None:
        """Nothing waits."""


@dataclass(frozen=True)
class Size:
    """What the process and its folder take; memory and database in bytes."""

    memory: int
    threads: int
    descriptors: int
    temporary: int
    database: int


def figures(folder: Path, scale: Scale) -> Iterator[Figure]:
    """What a day takes, from its first quarter on; the engine is one of stored answers."""
    requests = scale.of(86_400, 2_000)
    minutes = requests // MINUTE
    with engine_apart() as address, _temporary(folder / "temporary"):
        day = Day(folder / "data", address)
        began = time.perf_counter()
        for minute in range(minutes):
            day.pass_minute()
            if minute == minutes // 4:
                before, at = day.size(), minute + 1
        took = time.perf_counter() - began
        after = day.size()
        day.close()
    way = f"{minutes * MINUTE:,} requests and {minutes:,} ticks of a minute, from the first quarter to the end"
    kilobytes = (after.database - before.database) / ((minutes - at) * MINUTE)
    more = (after.memory - before.memory) / MEBIBYTE
    yield Figure(PART, "more memory", "MiB", Values([more]), bounds=(AtMost(5, "MiB"),), way=way, why=whys.CACHES)
    for name in ("threads", "descriptors", "temporary"):
        grown = Values([getattr(after, name) - getattr(before, name)])
        what = "temporary files" if name == "temporary" else name
        yield Figure(PART, f"more {what}", "", grown, bounds=(AtMost(0, ""),), way=way, why=whys.ONE)
    told = {"docs/record.md": Values([DOCUMENTED])}
    yield Figure(PART, "the record's growth with a request", "B", Values([kilobytes]), told, way=way)
    yield Figure(PART, "a day at one request a second, as fast as it goes", "s", Values([took]), way=way)


class Day:
    """The bot as `slashdock start` puts it together, but for Slack; its clock is set by hand."""

    def __init__(self, folder: Path, engine: str) -> None:
        self._clock = SetClock(time.time())
        self._spoken = harness.bench(engine, folder, clock=self._clock)
        self._lines = cycle(LINES)
        self._over: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._minutes = 0
        added = self._spoken.say("schedule add --yes '*/10 * * * *' ps")
        self._schedule = added.number
        store, hosts = self._spoken.store, self._spoken.pipeline.hosts
        self._sampler = Sampler(hosts, store.metrics, store.sights, self._clock)
        self._schedules = Schedules(lambda: planned(store.timetable), store, self._clock, self._run)
        host = hosts.get("local")
        checks = {"The record": store.unwritable, **({"The engine local": host.watched()} if host else {})}
        self._keeper = Keeper(store, self._clock, checks, Watchers(), RETENTION)

    @cached_property
    def _desk(self) -> Desk:
        return Desk(self._spoken.pipeline, self._spoken.store)

    def pass_minute(self) -> None:
        """What is asked in a minute, and what is looked at."""
        change = (ADMIN, f"schedule {'resume' if self._minutes % 2 else 'pause'} {self._schedule}")
        asked = [*islice(self._lines, MINUTE - 1), change]
        for first in range(0, MINUTE, AT_ONCE):
            for person, line in asked[first : first + AT_ONCE]:
                self._ask(person, line)
            for _ in asked[first : first + AT_ONCE]:
                self._over.get(timeout=LIMIT)
        self._minutes += 1
        self._clock.at += MINUTE
        self._schedules.tick()
        self._sampler.tick()
        self._keeper.look()

    def size(self) -> Size:
        """As it stands, with nothing under way."""
        gc.collect()
        store = self._spoken.folder
        with self._spoken.store.heads._file.reading() as db:  # noqa: SLF001 - what the log holds counts as well
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return Size(
            memory=int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"),
            threads=threading.active_count(),
            descriptors=len(list(Path("/proc/self/fd").iterdir())),
            temporary=len([*Path(tempfile.gettempdir()).iterdir(), *store.glob("**/.*")]),
            database=(store / FILE).stat().st_size,
        )

    def close(self) -> None:
        """End everything."""
        self._keeper.close()
        self._sampler.close()
        self._schedules.close()
        self._desk.close()
        self._spoken.close()
        shutil.rmtree(self._spoken.folder)

    def _ask(self, person: str, line: str) -> None:
        refused = self._desk.take(Request(line, Actor(person), Origin.SLASH, "C0OPS00001"), self._over.put)
        if refused is not None:
            self._over.put(refused)

    def _run(self, _job: Job, request: Request, ended: Ended) -> None:
        refused = self._desk.take(request, ended)
        if refused is not None:
            ended(refused)


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """Temporary files go there meanwhile, and no other process's."""
    folder.mkdir(parents=True)
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
