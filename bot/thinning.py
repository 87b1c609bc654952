"""How samples grow old: minutes become quarters of an hour, those become spans of two hours, and a year is kept.

Each step is one statement over rows that lie together, since all tables are in order of time. Nothing is put together
or dropped by a clock that has only just come to where it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

MINUTE, QUARTER, LONG = 60, 900, 7_200  # seconds of a sample, by its age
DAY = 86_400  # seconds
AGES = (DAY, 8 * DAY, 365 * DAY)  # seconds that samples of each length are kept
SURE = 60  # minutes of the last day that were looked at, from which on the clock is believed
AHEAD = 3_600  # seconds by which a sample may be newer than the clock says: one of a clock that was wrong goes
ROOM = 268_435_456  # bytes of the whole file; the oldest go first
TABLES = ("minutes", "quarters", "longs")
_PART = 10  # of the time that is kept, the oldest tenth goes where there is too much

_COLUMNS = """
    at INTEGER NOT NULL,          -- the beginning, seconds since the epoch
    {of} INTEGER NOT NULL,
    {what},
    PRIMARY KEY (at, {of})
"""
_CONTAINER = """looks INTEGER, up INTEGER, unhealthy INTEGER, restarting INTEGER, restarts INTEGER,
    processor INTEGER, processor_most INTEGER,  -- hundredths of a percent, NULL where it was not measured
    timed INTEGER,                              -- looks in which it was
    memory INTEGER, memory_most INTEGER"""
_ENGINE = "looks INTEGER, running INTEGER, paused INTEGER, restarting INTEGER, stopped INTEGER"
_CONTAINER_SUMS = """sum(looks), sum(up), sum(unhealthy), sum(restarting), sum(restarts),
    CAST(round(1.0 * sum(processor * timed) / sum(timed)) AS INTEGER), max(processor_most), sum(timed),
    CAST(round(1.0 * sum(memory * weighed) / sum(weighed)) AS INTEGER), max(memory_most), sum(weighed)"""
_ENGINE_SUMS = "sum(looks), max(running), max(paused), max(restarting), max(stopped), max(left_out)"


@dataclass(frozen=True)
class Kind:
    """Samples of one kind: what each is of, how its tables' names begin, its columns, and how they are put together.

    The columns are those that its tables were made with; the schema adds others behind them.
    """

    of: str
    prefix: str
    columns: str
    sums: str

    def tables(self) -> tuple[str, ...]:
        """The names of its tables, the finest first."""
        return tuple(f"{self.prefix}{name}" for name in TABLES)

    def schema(self) -> tuple[str, ...]:
        """The statements that make them."""
        columns = _COLUMNS.format(of=self.of, what=self.columns)
        return tuple(f"CREATE TABLE {name} ({columns}) WITHOUT ROWID" for name in self.tables())

    def thin(self, db: Database, now: float) -> None:
        """Put together what is old enough, and drop what is too old."""
        minutes, quarters, longs = self.tables()
        for fine, coarse, step, age in ((minutes, quarters, QUARTER, AGES[0]), (quarters, longs, LONG, AGES[1])):
            until = int(now - age) // step * step
            db.execute(
                f"INSERT INTO {coarse} SELECT at / {step} * {step}, {self.of}, {self.sums} FROM {fine}"  # noqa: S608 - our words
                f" WHERE at < ? GROUP BY 1, 2 ON CONFLICT DO NOTHING",
                (until,),
            )
            db.execute(f"DELETE FROM {fine} WHERE at < ?", (until,))  # noqa: S608 - our words
        db.execute(f"DELETE FROM {longs} WHERE at < ?", (now - AGES[2],))  # noqa: S608 - our words
        for name in self.tables():
            db.execute(f"DELETE FROM {name} WHERE at > ?", (now + AHEAD,))  # noqa: S608 - our words

    def is_past(self, db: Database, at: int, of: int) -> bool:
        """Whether a minute of something was put together with others already."""
        _, quarters, longs = self.tables()
        return any(
            db.execute(f"SELECT 1 FROM {name} WHERE (at, {self.of}) = (?, ?)", (at // step * step, of)).fetchone()  # noqa: S608 - our words
            for name, step in ((quarters, QUARTER), (longs, LONG))
        )

    def drop(self, db: Database, before: float) -> None:
        """Drop all that began before."""
        for name in self.tables():
            db.execute(f"DELETE FROM {name} WHERE at < ?", (before,))  # noqa: S608 - our words


CONTAINERS = Kind("container", "", _CONTAINER, _CONTAINER_SUMS)
ENGINES = Kind("host", "engine_", _ENGINE, _ENGINE_SUMS)


_RECENT = """
SELECT count(*) FROM (SELECT DISTINCT at FROM engine_minutes WHERE at > ? AND at <= ? LIMIT ?)
"""


def thin(db: Database, now: float, room: int = ROOM) -> None:
    """Make old samples coarser, within the transaction that is open; room is in bytes.

    Not by a clock that leapt: it is believed where SURE minutes of its last day were looked at.
    """
    if db.execute(_RECENT, (now - DAY, now, SURE)).fetchone()[0] < SURE:
        return
    for kind in (CONTAINERS, ENGINES):
        kind.thin(db, now)
    db.execute("DELETE FROM disks WHERE at < ? AND at % ? >= ?", (now - AGES[1], LONG, QUARTER))
    db.execute("DELETE FROM disks WHERE at < ? OR at > ?", (now - AGES[2], now + AHEAD))
    db.execute("DELETE FROM absences WHERE until < ? OR since > ?", (now - AGES[2], now + AHEAD))
    db.execute("DELETE FROM containers WHERE last < ?", (now - AGES[2],))
    if taken(db) > room:
        _make_room(db)


def taken(db: Database) -> int:
    """The bytes of the file that hold something."""
    pages, free, size = (
        int(db.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _make_room(db: Database) -> None:
    every = " UNION ALL ".join(f"SELECT at FROM {name}" for name in ENGINES.tables())  # noqa: S608 - our words
    first, last = db.execute(f"SELECT min(at), max(at) FROM ({every})").fetchone()  # noqa: S608 - our words
    before = first + (last - first) // _PART + 1
    for kind in (CONTAINERS, ENGINES):
        kind.drop(db, before)
    db.execute("DELETE FROM containers WHERE last < ?", (before,))
