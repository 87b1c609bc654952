"""What engines and containers used, minute by minute: a file of its own beside the record, which it never blocks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

from sqlite_utils import Database

from bot import past, thinning
from bot.clock import Clock
from bot.database import Sqlite, Unwritable
from bot.thinning import MINUTE, QUARTER
from commands.samples import Disk, Past
from commands.secrets import mask_object
from commands.seen import Seen

FILE = "metrics.db"
MOST = 500  # containers of one look at an engine; of more, those that use the most memory
LABELS = 4_096  # characters of a container's labels; where they have more it counts as one whose labels are not known
KNOWN = 4_096  # containers whose labels need not be looked over again
FRESH = 3_600  # seconds after which it is noted again that a container is there
_HUNDREDTHS = 100  # of a percent


@dataclass(frozen=True)
class Sample:
    """A container in one look: what it is, the words of its state and health, what it used since the look before.

    restarts is the engine's own count of them, None where it was not asked; processor is in percent, None where it
    cannot be told; memory and its limit are in bytes.
    """

    seen: Seen
    state: str
    health: str = ""
    restarts: int | None = None
    created: int = 0
    processor: float | None = None
    memory: int = 0
    limit: int = 0


class Metrics:
    """The file is opened when it is needed first; every method raises Unwritable where that cannot be done.

    room is in bytes.
    """

    def __init__(self, folder: Path, clock: Clock, room: int = thinning.ROOM) -> None:
        self._path = folder / FILE
        self._clock = clock
        self._room = room
        self._opening = threading.Lock()
        self._open: Sqlite | None = None
        self._closed = False

    def close(self) -> None:
        """Close the file for good: a look that comes late finds it so."""
        with self._opening:
            self._closed = True
            if self._open is not None:
                self._open.close()

    def is_there(self) -> bool:
        """Whether anything was ever kept."""
        return self._path.exists()

    def keep(self, host: str, at: int, found: Iterable[Sample]) -> None:
        """Write down one look at an engine, once for its minute; and make coarser what has grown old."""
        samples = list(found)
        with self._file.writing() as db:
            key = _host(db, host)
            if not _noted(db, at, key, samples):
                return
            busiest = sorted(samples, key=lambda each: -each.memory)[:MOST]
            db.conn.executemany(_MINUTE, list(_rows(db, at, key, busiest)))
            if at % QUARTER == 0:
                thinning.thin(db, self._clock.now(), self._room)

    def weigh(self, host: str, disk: Disk) -> None:
        """Write down what an engine has on its disk, once for its quarter of an hour."""
        facts = (disk.images, disk.containers, disk.volumes, disk.cache, disk.free, disk.size)
        with self._file.writing() as db:
            row = (disk.at // QUARTER * QUARTER, _host(db, host), *facts)
            db.execute("INSERT INTO disks VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)

    def miss(self, host: str, at: int) -> None:
        """Write down that an engine did not answer in this minute."""
        with self._file.writing() as db:
            key = _host(db, host)
            longer = db.execute(
                "UPDATE absences SET until = ? WHERE host = ? AND until BETWEEN ? AND ?",
                (at + MINUTE, key, at, at + MINUTE),
            )
            if not longer.rowcount:
                db.execute("INSERT INTO absences VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (key, at, at + MINUTE))

    def baselines(self, host: str) -> dict[str, int]:
        """How often each container of an engine had been restarted when that was asked last, by its full id."""
        with self._file.reading() as db:
            rows = db.execute(
                "SELECT c.id, c.restarts FROM containers AS c JOIN hosts AS h ON h.key = c.host"
                " WHERE h.name = ? AND c.restarts IS NOT NULL",
                (host,),
            ).fetchall()
        return {str(identity): int(restarts) for identity, restarts in rows}

    def past(self, host: str, since: float, until: float, step: float) -> Past:
        """What was kept of an engine between two times in epoch seconds; the spans are so many seconds long."""
        asked = {"host": host, "since": int(since), "until": int(until), "step": max(MINUTE, int(step))}
        with self._file.reading() as db:
            return past.past(db, asked)

    def disks(self, host: str, since: float, until: float) -> list[Disk]:
        """What an engine had on its disk between two times in epoch seconds, in their order."""
        with self._file.reading() as db:
            return past.disks(db, {"host": host, "since": int(since), "until": int(until)})

    @property
    def _file(self) -> Sqlite:
        with self._opening:
            if self._closed:
                raise Unwritable(f"{self._path} is closed: slashdock ends.")
            if self._open is None:
                self._open = _opened(self._path)
            return self._open


def _opened(path: Path) -> Sqlite:
    file = Sqlite(path)
    try:
        with file.writing() as db:
            _migrate(db, path)
    except BaseException:
        with closing(file):
            raise
    return file


def _migrate(db: Database, path: Path) -> None:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise Unwritable(f"{path} was written by a newer slashdock. Install that one, or move the file away.")
    for statement in chain.from_iterable(MIGRATIONS[version:]):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _host(db: Database, name: str) -> int:
    db.execute("INSERT INTO hosts (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
    return int(db.execute("SELECT key FROM hosts WHERE name = ?", (name,)).fetchone()[0])


def _noted(db: Database, at: int, host: int, samples: Iterable[Sample]) -> bool:
    """Whether this look is the first in its minute; then how many containers were in which state is written down."""
    states = [each.state for each in samples]
    counts = [states.count(state) for state in ("running", "paused", "restarting")]
    row = (at, host, 1, *counts, len(states) - sum(counts))
    done = db.execute("INSERT INTO engine_minutes VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
    return bool(done.rowcount == 1)


def _rows(db: Database, at: int, host: int, samples: Iterable[Sample]) -> Iterator[tuple[int | None, ...]]:
    """The samples of those that are not stopped; what is new of any container is noted on the way."""
    last = db.execute("SELECT max(at) FROM engine_minutes WHERE host = ? AND at < ?", (host, at)).fetchone()[0]
    known = {row[0]: row[1:] for row in db.execute(_KNOWN, (host,))}
    for sample in samples:
        seen, old = sample.seen, known.get(sample.seen.id)
        is_new = last is not None and sample.created >= last
        before = old[_RESTARTS] if old else 0 if is_new else None  # of one that ran before it was seen none is counted
        after = before if sample.restarts is None else sample.restarts
        facts = (seen.name, seen.image, _labels(tuple(sorted(seen.labels.items()))), sample.limit, after)
        if old is None:
            key = int(db.execute(_CONTAINER, (host, seen.id, seen.image_id, *facts, at)).fetchone()[0])
        else:
            key = int(old[0])
            if tuple(old[1:-1]) != facts or at - old[-1] >= FRESH:
                db.execute(_UPDATED, (*facts, at, key))
        if sample.state not in _STOPPED:
            yield _row(at, key, sample, _increase(before, after))


@lru_cache(maxsize=KNOWN)
def _labels(given: tuple[tuple[str, str], ...]) -> str:
    """The labels as they are kept; empty where they are too long, or would tell a secret."""
    labels = dict(given)
    told = json.dumps(labels, ensure_ascii=False, separators=(",", ":"))
    return told if len(told) <= LABELS and mask_object(labels) == labels else ""


def _increase(before: int | None, now: int | None) -> int:
    """How many restarts came; the engine begins again at 0 when somebody starts a container by hand."""
    if before is None or now is None:
        return 0
    return now - before if now >= before else now


def _row(at: int, container: int, sample: Sample, restarts: int) -> tuple[int | None, ...]:
    share = None if sample.processor is None else round(sample.processor * _HUNDREDTHS)
    flags = (sample.state == "running", sample.health == "unhealthy", sample.state == "restarting")
    return (at, container, 1, *map(int, flags), restarts, share, share, int(share is not None), *[sample.memory] * 2)


_STOPPED = frozenset({"created", "exited", "dead", "removing"})

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE hosts (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        """CREATE TABLE containers (
               key INTEGER PRIMARY KEY, host INTEGER NOT NULL, id TEXT NOT NULL, image_id TEXT NOT NULL,
               name TEXT NOT NULL, image TEXT NOT NULL,
               labels TEXT NOT NULL,           -- as JSON; empty where they are not kept
               memory_limit INTEGER NOT NULL,  -- bytes, 0 where there is none
               restarts INTEGER,               -- as the engine counts them, NULL where it was never asked
               last INTEGER NOT NULL,          -- when it was there, FRESH seconds off at most
               UNIQUE (host, id))""",
        *thinning.CONTAINERS.schema(),
        *thinning.ENGINES.schema(),
        """CREATE TABLE disks (
               at INTEGER NOT NULL, host INTEGER NOT NULL,
               images INTEGER NOT NULL, containers INTEGER NOT NULL, volumes INTEGER NOT NULL, cache INTEGER NOT NULL,
               free INTEGER, size INTEGER,  -- of the file system; all in bytes
               PRIMARY KEY (at, host)) WITHOUT ROWID""",
        """CREATE TABLE absences (
               host INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
               PRIMARY KEY (host, since)) WITHOUT ROWID""",
    ),
)

_KNOWN = "SELECT id, key, name, image, labels, memory_limit, restarts, last FROM containers WHERE host = ?"
_RESTARTS = -2  # the place of these in a row of it
_MINUTE = "INSERT INTO minutes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_CONTAINER = """
INSERT INTO containers (host, id, image_id, name, image, labels, memory_limit, restarts, last)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key
"""
_UPDATED = (
    "UPDATE containers SET name = ?, image = ?, labels = ?, memory_limit = ?, restarts = ?, last = ? WHERE key = ?"
)
