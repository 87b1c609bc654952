"""Whether the record is whole: every event that people can read has its place in one chain, also in the archives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from bot import chain, migrations, schema, seams
from bot.archive_file import ArchiveFile, links
from bot.chain import Link
from bot.database import Unwritable
from bot.seams import Range, Seam


def broken(db: Database, key: bytes, heads: Mapping[int, str] = chain.NOTHING) -> str | None:
    """What is broken in this database and where, None where it is whole; one look for all of it.

    heads are the hashes of events that were published, beside those that the database knows of.
    """
    db.execute("BEGIN")
    try:
        return (
            _broken_chain(db, key, heads) or migrations.altered(db) or schema.torn(db) or _unheard(db) or _unnamed(db)
        )
    finally:
        db.execute("ROLLBACK")


def _broken_chain(db: Database, key: bytes, heads: Mapping[int, str]) -> str | None:
    seam = seams.newest(db)
    if seam.last and not seam.holds(key):
        return _forged(seam)
    last = db.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'events'").fetchone()[0] or 0
    told = {event: written for event, written in (_heads(db) | {**heads}).items() if event > seam.last}
    return chain.broken(links(db), last, key, _start(db, seam), told | {seam.last: seam.hash})


def _unheard(db: Database) -> str | None:
    """An event that the index of what was said does not have, None where there is none, or no index yet.

    SQLite's own look at an index leaves this kind out. Whether its words are those of the event is not looked at.
    """
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'said'").fetchone():
        return None
    row = db.execute("SELECT min(id) FROM events WHERE id NOT IN (SELECT id FROM said_docsize)").fetchone()
    return None if row[0] is None else f"event {row[0]} is missing in the index of what was said"


def _unnamed(db: Database) -> str | None:
    """The same of the index by which actions are found of a person, or about an object.

    What is behind the seam and still being removed loses its names before that, where events of an action share them.
    """
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'named'").fetchone():
        return None
    row = db.execute(_UNNAMED).fetchone()
    return None if row[0] is None else f"event {row[0]} is missing in the index of names"


_UNNAMED = """
SELECT min(id) FROM names WHERE word IS NOT NULL AND id > (SELECT coalesce(max(last), 0) FROM seams)
AND NOT EXISTS (SELECT 1 FROM named WHERE named.word = names.word AND named.number = names.number)
"""


def _start(db: Database, seam: Seam) -> tuple[int, str]:
    """What the first event has to follow: the seam, or where those behind it are still being removed, what it says.

    They have to lead to the seam then, and without the key nobody makes one that does.
    """
    left = db.execute("SELECT id, prev FROM events WHERE id BETWEEN 1 AND ? ORDER BY id LIMIT 1", (seam.last,))
    first, prev = left.fetchone() or (seam.last + 1, seam.hash)
    return first - 1, prev


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
    """What is wrong with one archive, None where it is whole; what it has beyond its last seam has to follow that."""
    told = {event: written for event, written in heads.items() if held.after.last < event <= held.last}
    wrong = _broken_file(folder, held, key, lambda file: _broken_links(file.links(), held, key, told))
    return wrong or torn_archive(folder / held.file)


def torn_archive(path: Path) -> str | None:
    """What of the indexes of an archive does not stand in its tables, None where all does; every page of it is read."""
    return _looked(path, ArchiveFile.torn)


def broken_part(folder: Path, held: Range, key: bytes) -> str | None:
    """What is wrong with these events of an archive, None where they are whole; it may have others before and after.

    It takes as long as these events do, however many the others are: so its indexes are not looked at.
    """
    links = (held.after.last + 1, held.last)
    return _broken_file(folder, held, key, lambda file: _broken_links(file.links(*links), held, key))


def _broken_file(folder: Path, held: Range, key: bytes, look: Callable[[ArchiveFile], str | None]) -> str | None:
    forged = next((seam for seam in held.seams if not seam.holds(key)), None)
    if forged is not None:
        return _forged(forged)
    return _looked(folder / held.file, lambda file: look(file) or _unanchored(file, held.seams) or file.altered())


def _looked(path: Path, look: Callable[[ArchiveFile], str | None]) -> str | None:
    try:
        with closing(ArchiveFile(path)) as file:
            wrong = look(file)
            return f"{path.name}: {wrong}" if wrong else None
    except Unwritable as error:
        return str(error)


def _broken_links(
    links: Iterable[tuple[Link, str]], held: Range, key: bytes, heads: Mapping[int, str] = chain.NOTHING
) -> str | None:
    return chain.broken(links, held.last, key, (held.after.last, held.after.hash), heads)


def _unanchored(file: ArchiveFile, made: Iterable[Seam]) -> str | None:
    """An event that is not the one at which the record was cut, though the chain around it holds."""
    wrong = next((seam.last for seam in made if file.hash_of(seam.last) != seam.hash), None)
    return f"event {wrong} is another one than was moved" if wrong else None


def _forged(seam: Seam) -> str:
    return f"the seam after event {seam.last} was not made by slashdock, or with another key"
