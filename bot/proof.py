"""Whether the record is whole: the chain of its events from the newest seam on, and what each archive has of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from bot import chain, seams
from bot.archive_file import ArchiveFile, links
from bot.database import Unwritable
from bot.seams import Range, Seam


def broken(db: Database, key: bytes, heads: Mapping[int, str] = chain.NOTHING) -> str | None:
    """What is broken in the events of this database and where, None where they are whole; one look for all of it.

    heads are the hashes of events that were published, beside those that the database knows of.
    """
    db.execute("BEGIN")
    try:
        seam = seams.newest(db)
        if seam.last and not seam.holds(key):
            return _forged(seam)
        last = db.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'events'").fetchone()[0] or 0
        told = {event: written for event, written in (_heads(db) | {**heads}).items() if event > seam.last}
        return chain.broken(links(db, seam.last), last, key, (seam.last, seam.hash), told)
    finally:
        db.execute("ROLLBACK")


def _heads(db: Database) -> dict[int, str]:
    """Those that the database knows of; one that is older than heads knows none."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'heads'").fetchone():
        return {}
    return dict(db.execute("SELECT event, hash FROM heads").fetchall())


def broken_archives(folder: Path, made: list[Seam], key: bytes, heads: Mapping[int, str] = chain.NOTHING) -> str | None:
    """The first archive of these seams that is missing or not whole, and what is wrong with it; None where all are."""
    wrong = (broken_archive(folder, each, key, heads) for each in seams.ranges(made))
    return next(filter(None, wrong), None)


def broken_archive(folder: Path, held: Range, key: bytes, heads: Mapping[int, str] = chain.NOTHING) -> str | None:
    """What is wrong with one archive, None where it is whole up to its last seam; what it has beyond is passed over."""
    forged = next((seam for seam in held.seams if not seam.holds(key)), None)
    if forged is not None:
        return _forged(forged)
    try:
        with closing(ArchiveFile(folder / held.file)) as file:
            start = (held.after.last, held.after.hash)
            told = {event: written for event, written in heads.items() if held.after.last < event <= held.last}
            wrong = chain.broken(file.links(held.after.last, held.last), held.last, key, start, told)
            return f"{held.file}: {wrong}" if wrong else _unanchored(file, held.seams)
    except Unwritable as error:
        return str(error)


def _unanchored(file: ArchiveFile, made: Iterable[Seam]) -> str | None:
    """An event that is not the one at which the record was cut, though the chain around it holds."""
    wrong = next((seam.last for seam in made if file.hash_of(seam.last) != seam.hash), None)
    return f"{file.path.name}: event {wrong} is another one than was moved" if wrong else None


def _forged(seam: Seam) -> str:
    return f"the seam after event {seam.last} was not made by slashdock, or with another key"
