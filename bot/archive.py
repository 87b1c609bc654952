"""Retention: what is old leaves the record for the archive of its year, and nothing else ever leaves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from threading import Event

from sqlite_utils import Database

from bot import archive_file, chain, ledger, proof, seams
from bot.archive_file import ArchiveFile
from bot.chain import Link
from bot.clock import Clock
from bot.database import Sqlite, Unwritable
from bot.ledger import Entry
from bot.seams import Range, Seam

PART = 1000  # events that are moved at a time, and more only where an action would be divided
STEP = 1000  # events that one transaction removes, so that nobody waits long to write
BREATH = 0.15  # seconds between two of them; whoever waits in SQLite looks every tenth of one


@dataclass(frozen=True)
class Archived:
    """How many events were moved, and the names of the files that have them now."""

    events: int
    files: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """Events that go together: the ids of the first and of the last, and the year to whose archive they belong."""

    first: int
    last: int
    year: int


class Archive:
    """The archives beside a record.

    Each part of the chain is first written to its archive and looked at there; then, in one transaction of the record,
    a signed seam is put in its place. So a kill in between leaves every event in the record, and the next move goes on
    where that one ended. Of a part that is longer than a transaction should last, the rest is removed behind the seam.
    """

    def __init__(self, folder: Path, file: Sqlite, key: bytes, clock: Clock) -> None:
        self._folder = folder
        self._file = file
        self._key = key
        self._clock = clock

    def move(self, before: float, ended: Event | None = None) -> Archived:
        """Move what came about before that time, in seconds since the epoch; for whoever holds the folder's Instance.

        It ends at the first action that is open or has events on both sides, and leaves the newest event in any case.
        Once ended is set it stops where it is, and another move goes on from there.
        Raises Unwritable, also where the record or what was moved is not whole.
        """
        moved: Counter[str] = Counter()
        ended = ended or Event()
        self._remove_rest(ended)
        self._note_seams()
        for part in self._parts(before):
            if ended.is_set() or not self._move(part, ended):
                break
            moved[seams.file_of(part.year)] += part.last - part.first + 1
        for file in moved:  # once each, for a look at every page after every part would be quadratic
            wrong = proof.torn_archive(self._folder / file)
            if wrong:
                raise Unwritable(f"What was archived is not whole: {wrong}.")
        return Archived(moved.total(), tuple(moved))

    def verify(self, heads: Mapping[int, str] = chain.NOTHING) -> str | None:
        """Walk the chain of all archives: the first that is missing or not whole, and why; None where all are.

        heads are the hashes of events that were published.
        """
        with self._file.reading() as db:
            made = seams.every(db)
        return proof.broken_archives(self._folder, made, self._key, heads)

    def archived_in(self, number: int) -> str | None:
        """The name of the archive that holds this action; None where none that is there does."""
        with self._file.reading() as db:
            held = list(seams.ranges([seam for seam in seams.every(db) if seam.holds(self._key)]))
        return next((each.file for each in reversed(held) if self._has(each, number)), None)

    def reach(self) -> int:
        """The id of the last event that was moved, 0 where none was."""
        with self._file.reading() as db:
            return seams.newest(db).last

    def proven(self, number: int) -> list[Entry]:
        """The events of an action that were written with the key, oldest first, as far as an archive here has them."""
        with self._file.reading() as db:
            files = list(dict.fromkeys(seam.file for seam in seams.every(db) if seam.holds(self._key)))
        found: list[Entry] = []
        for name in files:
            with suppress(Unwritable), closing(ArchiveFile(self._folder / name)) as file:
                found += ledger.entries(file.of_action(number), self._key)
        return found

    def shrink(self) -> None:
        """Give the disk back what was moved; needs room for a second record meanwhile, and keeps others from writing.

        Raises Unwritable. Without it the room is used for what is written next.
        """
        with self._file.reading() as db:
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _parts(self, before: float) -> Iterator[_Part]:
        """What may go, in order."""
        with self._file.reading() as db:
            limit = db.execute(_LIMIT, {"before": before, "now": self._clock.now()}).fetchone()[0] or 0
            spans = db.execute(_SPANS, (limit,)).fetchall()
            year = seams.year_of(self._newest(db).file)
        part: _Part | None = None
        for run in takewhile(lambda run: run.last <= limit, _runs(spans)):
            year = max(year, run.year)  # a clock may have been put back
            if part and part.year == year and run.last - part.first < PART:
                part = replace(part, last=run.last)
                continue
            if part:
                yield part
            part = replace(run, year=year)
        if part:
            yield part

    def _move(self, part: _Part, ended: Event) -> bool:
        """Move one part; False where something was written meanwhile that keeps it here."""
        with self._file.reading() as db:
            db.execute("BEGIN")
            after, view = self._newest(db), archive_file.view(db)
            links = list(archive_file.links(db, part.first, part.last))
            db.execute("ROLLBACK")
        if after.last != part.first - 1:
            return False
        wrong = chain.broken(links, part.last, self._key, (after.last, after.hash))
        if wrong:
            raise Unwritable(f"Nothing more is archived while the record is not whole: {wrong}.")
        last, written = links[-1]
        seam = Seam(last.id, written, seams.file_of(part.year), self._clock.now()).signed(self._key)
        self._copy(links, after, seam, view)
        if not self._cut(after, seam, ended):
            return False
        self._note_seams()
        return True

    def _newest(self, db: Database) -> Seam:
        """The seam after which the record begins; raises Unwritable where it is not one of ours."""
        seam = seams.newest(db)
        if seam.last and not seam.holds(self._key):
            raise Unwritable(f"Nothing more is archived: the seam after event {seam.last} was not made by slashdock.")
        return seam

    def _copy(self, links: Iterable[tuple[Link, str]], after: Seam, seam: Seam, view: str) -> None:
        """Write a part to its archive, and read it there once more."""
        path = self._folder / seam.file
        with closing(ArchiveFile(path) if after.file == seam.file else archive_file.made(path, view)) as file:
            file.append(links)
        wrong = proof.broken_part(self._folder, Range(seam.file, after, (seam,)), self._key)
        if wrong:
            raise Unwritable(f"Nothing more is archived: {wrong}.")

    def _cut(self, after: Seam, seam: Seam, ended: Event) -> bool:
        """Put the seam in the place of the events; False where it would not fit any more."""
        with self._file.writing() as db:
            if seams.newest(db) != after or db.execute(_LATER, {"last": seam.last}).fetchone() is not None:
                return False
            seams.add(db, seam)
            db.execute(_REMOVE, (seam.last, STEP))
        self._remove_rest(ended)
        return True

    def _remove_rest(self, ended: Event) -> None:
        """Remove what the newest seam covers and is still here, and let others write in between."""
        while self._remains() and not ended.wait(BREATH):
            with self._file.writing() as db:
                db.execute(_REMOVE, (self._newest(db).last, STEP))

    def _remains(self) -> bool:
        with self._file.reading() as db:
            query = "SELECT 1 FROM events WHERE id <= ? LIMIT 1"
            return db.execute(query, (self._newest(db).last,)).fetchone() is not None

    def _note_seams(self) -> None:
        """Let the newest archive know its own seams, where it is here: after its year it may be kept elsewhere."""
        with self._file.reading() as db:
            path = self._folder / self._newest(db).file
            made = [seam for seam in seams.every(db) if seam.file == path.name]
        if path.is_file():
            with closing(ArchiveFile(path)) as file:
                file.note(made)

    def _has(self, held: Range, number: int) -> bool:
        with suppress(Unwritable), closing(ArchiveFile(self._folder / held.file)) as file:
            return file.has(number, held)
        return False


# The last event before all that has to stay: the newest, what is not old enough, what has not ended, and what gave a
# role that somebody still has.
_LIMIT = """
SELECT min(id) - 1 FROM (
    SELECT max(id) AS id FROM events
    UNION ALL SELECT * FROM (SELECT id FROM events WHERE at >= :before ORDER BY id LIMIT 1)
    UNION ALL SELECT min(id) FROM events WHERE number IN (
        SELECT number FROM unsettled
        UNION ALL SELECT number FROM approvals WHERE state IN ('pending', 'approved', 'running')
        UNION ALL SELECT number FROM grants WHERE revoked IS NULL AND until > :now))
"""
# Each action that has events up to the limit: its first and its last one, and when it began.
_SPANS = """
SELECT span.first, span.last, events.at FROM (
    SELECT min(id) AS first, max(id) AS last FROM events
    WHERE number IN (SELECT number FROM events WHERE id <= ?) GROUP BY number) AS span
JOIN events ON events.id = span.first ORDER BY span.first
"""
_LATER = """
SELECT 1 FROM events AS old CROSS JOIN events AS new ON new.number = old.number AND new.id > :last WHERE old.id <= :last
UNION ALL SELECT 1 FROM unsettled WHERE number IN (SELECT number FROM events WHERE id <= :last) LIMIT 1
"""
# The oldest first: an action whose beginning is gone is shown no more.
_REMOVE = "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE id <= ? ORDER BY id LIMIT ?)"


def _runs(spans: Iterable[tuple[int, int, float]]) -> Iterator[_Part]:
    """The shortest runs of events that no action reaches out of, each with the year in which it began."""
    run: _Part | None = None
    for first, last, at in spans:
        if run is None or first > run.last:
            if run is not None:
                yield run
            run = _Part(first, last, datetime.fromtimestamp(at, UTC).year)
        else:
            run = replace(run, last=max(run.last, last))
    if run is not None:
        yield run
