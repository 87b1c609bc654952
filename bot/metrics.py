"""What engines and containers used, minute by minute: a file of its own beside the record, which it never blocks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlite_utils import Database

from bot import metrics_schema, past, thinning
from bot.clock import Clock
from bot.database import Sqlite, Unwritable
from bot.thinning import MINUTE, QUARTER
from commands.samples import Disk, Past
from commands.secrets import mask_object
from commands.seen import Seen

FILE = "metrics.db"
MOST = 500  # containers of one look at an engine; of more, those in trouble and those that use the most memory
LABELS = 4_096  # characters of a container's labels; where they have more it counts as one whose labels are not known
KNOWN = 4_096  # containers whose labels need not be looked over again
FRESH = 3_600  # seconds after which it is noted again that a container is there
_CURE = "Move the file away, also while slashdock runs: it begins anew."
_HUNDREDTHS = 100  # of a percent


@dataclass(frozen=True)
class Sample:
    """A container in one look: what it is, the words of its state and health, what it used since the look before.

    restarts is the engine's own count of them, None where it was not asked; processor is in percent, memory and its
    limit are in bytes, each None where it cannot be told.
    """

    seen: Seen
    state: str
    health: str = ""
    restarts: int | None = None
    created: int = 0
    processor: float | None = None
    memory: int | None = None
    limit: int | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether it uses nothing, and waits for nothing but to be started."""
        return self.state in _STOPPED

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        """The least one is kept first: what is in trouble, what runs, what uses the most memory."""
        return (self.state != "restarting", self.health != "unhealthy", self.is_stopped, -(self.memory or 0))


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
        if at % QUARTER == 0:
            with self._file.reading() as db:  # so that the log beside the file stays small, too
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        with self._file.writing() as db:
            key = _host(db, host)
            first = sorted(samples, key=lambda each: each.rank)
            if not _noted(db, at, key, first):
                return
            db.conn.executemany(_MINUTE, list(_rows(db, at, key, first[:MOST])))
            db.conn.executemany(_RENAMED, [(*_called(each.seen), key, each.seen.id) for each in first[MOST:]])
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
            span = {"host": _host(db, host), "since": at, "until": at + MINUTE}
            ends = db.execute(f"SELECT min(since), max(until) FROM absences {_TOUCHING}", span).fetchone()  # noqa: S608 - our words
            db.execute(f"DELETE FROM absences {_TOUCHING}", span)  # noqa: S608 - our words
            since, until = (ends[0] or at, ends[1] or at)
            row = (span["host"], min(since, at), max(until, at + MINUTE))
            db.execute("INSERT INTO absences VALUES (?, ?, ?)", row)

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
            db.execute("BEGIN")  # so that what is known of containers is of the same moment as their samples
            found = past.past(db, asked)
            db.execute("COMMIT")
        return found

    def disks(self, host: str, since: float, until: float) -> list[Disk]:
        """What an engine had on its disk between two times in epoch seconds, in their order."""
        with self._file.reading() as db:
            return past.disks(db, {"host": host, "since": int(since), "until": int(until)})

    @property
    def _file(self) -> Sqlite:
        with self._opening:
            if self._closed:
                raise Unwritable(f"{self._path} is closed: slashdock ends.")
            if self._open is not None and not self._open.is_there():  # somebody moved it away: it begins anew
                self._open.close()
                self._open = None
            if self._open is None:
                self._open = _opened(self._path)
            return self._open


def _opened(path: Path) -> Sqlite:
    file = Sqlite(path, _CURE)
    try:
        with file.writing() as db:
            metrics_schema.migrate(db, path)
    except BaseException:
        with closing(file):
            raise
    return file


def _host(db: Database, name: str) -> int:
    db.execute("INSERT INTO hosts (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
    return int(db.execute("SELECT key FROM hosts WHERE name = ?", (name,)).fetchone()[0])


def _noted(db: Database, at: int, host: int, samples: Sequence[Sample]) -> bool:
    """Whether this look is the first in its minute; then how many containers were in which state is written down."""
    if thinning.ENGINES.is_past(db, at, host):
        return False
    states = [each.state for each in samples]
    counts = [states.count(state) for state in ("running", "paused", "restarting")]
    left_out = sum(not each.is_stopped for each in samples[MOST:])
    row = (at, host, 1, *counts, len(states) - sum(counts), left_out)
    done = db.execute("INSERT INTO engine_minutes VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
    return bool(done.rowcount == 1)


def _rows(db: Database, at: int, host: int, samples: Iterable[Sample]) -> Iterator[tuple[int | None, ...]]:
    """The samples of those that run, or were restarted until they stopped; what is new of any is noted on the way."""
    last = db.execute("SELECT max(at) FROM engine_minutes WHERE host = ? AND at < ?", (host, at)).fetchone()[0]
    known = {row[0]: row[1:] for row in db.execute(_KNOWN, (host,))}
    for sample in samples:
        seen, old = sample.seen, known.get(sample.seen.id)
        is_new = last is not None and sample.created >= last
        before = old[_RESTARTS] if old else 0 if is_new else None  # of one that ran before it was seen none is counted
        increase = _increase(before, sample.restarts)
        after = 0 if sample.is_stopped else before if sample.restarts is None else sample.restarts
        image = old[_IMAGE] if old and seen.is_by_id else seen.image
        limit = (old[_LIMIT] if old else 0) if sample.limit is None else sample.limit
        name, labels = _called(seen)
        facts = (name, image, labels, limit, after)
        if old is None:
            key = int(db.execute(_CONTAINER, (host, seen.id, seen.image_id, *facts, at)).fetchone()[0])
        else:
            key = int(old[0])
            if tuple(old[1:-1]) != facts or at - old[-1] >= FRESH:
                db.execute(_UPDATED, (*facts, at, key))
        if increase or not sample.is_stopped:
            yield _row(at, key, sample, increase)


def _called(seen: Seen) -> tuple[str, str]:
    """The name of a container and its labels, as they are kept: by these it is judged when it is gone."""
    return seen.name, _labels(tuple(sorted(seen.labels.items())))


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
    processor, memory = (share, share, int(share is not None)), (sample.memory, sample.memory)
    return (at, container, 1, *map(int, flags), restarts, *processor, *memory, int(sample.memory is not None))


_STOPPED = frozenset({"created", "exited", "dead", "removing"})

_KNOWN = "SELECT id, key, name, image, labels, memory_limit, restarts, last FROM containers WHERE host = ?"
_IMAGE, _LIMIT, _RESTARTS = 2, 4, 5  # the places of these in a row of it, behind the id
_MINUTE = "INSERT INTO minutes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_TOUCHING = "WHERE host = :host AND since <= :until AND until >= :since"
_CONTAINER = """
INSERT INTO containers (host, id, image_id, name, image, labels, memory_limit, restarts, last)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key
"""
_RENAMED = """
UPDATE containers SET (name, labels) = (?1, ?2) WHERE host = ?3 AND id = ?4 AND (name, labels) != (?1, ?2)
"""
_UPDATED = (
    "UPDATE containers SET name = ?, image = ?, labels = ?, memory_limit = ?, restarts = ?, last = ? WHERE key = ?"
)
