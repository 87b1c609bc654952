"""Writing the record: many at once beside what SQLite does by itself, and one who writes while what is old is moved."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from harness import ADMIN, KEY
from sampled import MANY, sample
from set_clock import SetClock
from sqlite_utils import Database

from bench import whys
from bench.figures import AtLeast, AtMost, Figure, Scale, Values, timed
from bot.clock import Clock
from bot.record import Record
from bot.request import Actor, Origin, Request
from bot.store import Store
from bot.thinning import DAY, MINUTE

PART = "record"
THREADS = 8
ROUNDS = 3
EVENTS = 4  # of each action
TARGET = {"kind": "container", "name": "web", "id": "a" * 64, "image": "shop/web:1.0", "state": "running"}
YEAR = 365 * DAY


def write(record: Record, at: int) -> Iterator[float]:
    """Milliseconds of each of the three commits of an action."""
    request = Request("restart web", Actor(ADMIN), Origin.SLASH, "C0OPS00001", delivery=f"Ev{at}.{time.monotonic_ns()}")
    number = 0

    def receive() -> None:
        nonlocal number
        number = record.receive(request, request.line).number

    facts = {"verb": "container restart", "line": "container restart web", "person": "admin", "host": "local"}
    yield timed(receive)
    yield timed(lambda: record.intend(number, permission="act", reason="a rule", targets=[TARGET], **facts))
    yield timed(lambda: record.outcome(number, status="done", duration_ms=7))


def together(folder: Path, scale: Scale) -> Iterator[Figure]:
    """Actions of many threads at once, by turns with what SQLite alone makes of as many rows."""
    each, store = scale.of(1_000, 100), Store(folder, Clock(), KEY)
    ways: dict[str, Callable[[], object]] = {
        "sqlite3, a commit a row": lambda: _rows(folder / "rival.db", each),
        "sqlite-utils": lambda: _inserted(folder / "utils.db", each),
    }
    waits: list[float] = []
    rates: dict[str, list[float]] = {name: [] for name in ("ours", *ways)}
    for _ in range(ROUNDS):
        took = timed(lambda: waits.extend(_all(store.record, each)))
        rates["ours"].append(THREADS * each * EVENTS / took * 1_000)
        for name, way in ways.items():
            rates[name].append(each * EVENTS / timed(way) * 1_000)
    ours, rivals = Values(rates.pop("ours")), {name: Values(found) for name, found in rates.items()}
    lost = ROUNDS * THREADS * each - len(store.actions.listed({"status": ("done",)}, ROUNDS * THREADS * each + 1))
    broken = store.actions.verify()
    store.close()
    way = f"{EVENTS} events and {EVENTS - 1} commits an action, each event in the chain; synchronous=FULL"
    many = f"{THREADS} threads at once"
    yield Figure(PART, f"events written by {many}", "/s", ours, rivals, (AtLeast(4_000, "/s"),), way, why=whys.DISK)
    yield Figure(
        PART,
        f"one commit of {many}",
        "ms",
        Values(waits),
        bounds=(AtMost(20, "ms", of="most"),),
        way=way,
        why=whys.DISK,
    )
    yield Figure(PART, f"actions lost of {many}", "", Values([lost]), bounds=(AtMost(0, ""),))
    yield Figure(PART, f"breaks in the chain of {many}", "", Values([int(broken is not None)]), bounds=(AtMost(0, ""),))


def _all(record: Record, each: int) -> list[float]:
    with ThreadPoolExecutor(THREADS) as pool:
        tasks = [pool.submit(lambda: [ms for at in range(each) for ms in write(record, at)]) for _ in range(THREADS)]
        return [ms for task in tasks for ms in task.result()]


def _rows(path: Path, each: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, body TEXT)")
        for _ in range(each * EVENTS):
            db.execute("INSERT INTO events (body) VALUES (?)", (json.dumps(TARGET),))


def _inserted(path: Path, each: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        db = Database(connection)
        db.enable_wal()
        db.execute("PRAGMA synchronous = FULL")
        for _ in range(each * EVENTS):
            db["events"].insert({"body": json.dumps(TARGET)})


def moved(folder: Path, scale: Scale) -> Iterator[Figure]:
    """How long one who writes is kept waiting while old actions go to the archive, and samples are made coarser."""
    clock = SetClock(time.time() - 2 * YEAR)
    store, old = Store(folder, clock, KEY), scale.of(20_000, 1_000)
    _age(store, old, clock)
    clock.at += 2 * YEAR
    ended = threading.Event()
    waits: list[float] = []

    def go_on() -> None:
        while not ended.is_set():
            waits.extend(write(store.record, 0))

    writer = threading.Thread(target=go_on)
    writer.start()
    found = store.archive.move(clock.at - YEAR)
    ended.set()
    writer.join()
    way = f"{found.events:,} events were moved meanwhile"
    bounds = (AtMost(200, "ms", of="most"),)
    yield Figure(PART, "one commit while old events are moved", "ms", Values(waits), bounds=bounds, way=way)
    looks = Values(list(_thinned(store, clock, scale.of(2 * DAY, DAY + DAY // 8))))
    way = f"{MANY} containers, a look a minute"
    yield Figure(PART, "one look kept while old ones are made coarser", "ms", looks, bounds=bounds, way=way)
    store.close()


def _age(store: Store, count: int, clock: SetClock) -> None:
    """Actions of a time long ago, in the chain."""
    bodies = {
        "received": {"actor": ADMIN, "line": "restart web", "origin": "slash", "owner": "gone"},
        "judged": {"verdict": "allow", "line": "container restart web", "verb": "container restart"},
        "intended": {"targets": [TARGET]},
        "outcome": {"status": "done"},
    }
    for first in range(1, count + 1, 1_000):
        with store.journal.writing() as db:
            for number in range(first, min(first + 1_000, count + 1)):
                for kind, body in bodies.items():
                    store.journal.append(db, number, kind, body, clock.at + number)


def _thinned(store: Store, clock: SetClock, seconds: int) -> Iterator[float]:
    """Milliseconds of each look, from the one on at which there are old ones."""
    begin = int(clock.at) // MINUTE * MINUTE
    for at in range(begin, begin + seconds, MINUTE):
        clock.at = at
        samples = [sample(number, at) for number in range(MANY)]
        took = timed(lambda at=at, samples=samples: store.metrics.keep("local", at, samples))  # type: ignore[misc]
        if at >= begin + DAY:
            yield took
