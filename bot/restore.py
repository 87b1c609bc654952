"""`slashdock restore`: a backup in the place of the record, and nothing of either lost."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bot import archive_file, copies, emergency, migrations, proof, seams
from bot.approvals import Approvals
from bot.archive_file import ArchiveFile
from bot.clock import Clock
from bot.copies import Contents
from bot.database import Sqlite, Unwritable
from bot.emergency import Emergency
from bot.held import State
from bot.journal import Journal
from bot.locks import AlreadyRunning, Instance, living
from bot.runs import EVERY
from bot.seams import Range
from bot.spool import SPOOL

KEPT = ".before-restore-"  # what stands between the name of a file and the time when it was replaced

_OPEN = (State.PENDING, State.APPROVED)
_WAITING = "SELECT 1 FROM approvals WHERE state IN ('pending', 'approved')"
_WITHDRAWN = (
    "The record was replaced by a backup, which does not know what became of this since. Nothing more comes of it: look"
    " whether it was done, and ask again if not."
)
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@dataclass(frozen=True)
class Present:
    """What the present record has that the backup has not: how many actions and events, and when the newest was.

    actions is None where it cannot be read. Where the backup is not an earlier state of it, all of it counts.
    """

    actions: int | None
    events: int = 0
    at: float | None = None
    earlier: bool = True


@dataclass(frozen=True)
class _Swap:
    """A file of the data folder, and what takes its place; None where nothing does."""

    target: Path
    fresh: Path | None


@dataclass(frozen=True)
class Ready:
    """A backup that was looked through and lies beside the record, which may not be there yet.

    lacking says of each archive that is whole neither here nor beside the backup what is wrong with it.
    """

    contents: Contents
    present: Present | None
    lacking: tuple[str, ...]
    swaps: tuple[_Swap, ...]

    def put_in_place(self, now: float) -> list[Path]:
        """Let the backup be the record; returns what was there before, by its new names. Raises Unwritable.

        Killed at any point, either the one or the other is the record; the same restore said once more does the rest.
        """
        stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
        try:
            kept = [_swapped(swap, stamp) for swap in self.swaps]
            for path in (self.swaps[0].target.parent / SPOOL, *emergency.ours(self.swaps[0].target.parent)):
                if path.exists():  # what is told there is told of other actions than those that come now
                    path.rename(path.with_name(f"{path.name}{KEPT}{stamp}"))
        except OSError as error:
            raise Unwritable(f"{error.filename} cannot be replaced: {error.strerror}.") from error
        return [path for path in kept if path is not None]


@contextmanager
def ready(record: Path, key: bytes, backup: Path) -> Iterator[Ready]:
    """The backup beside the record; raises Unusable, Unwritable, and AlreadyRunning where somebody uses the folder.

    Nothing is replaced before it is put in place, and nothing but the record is left afterwards.
    """
    folder = record.parent
    with Instance(folder):
        if living(folder):
            raise AlreadyRunning(f"Another slashdock works with the data in {folder}. Wait until it has ended.")
        _tidy(record)
        try:
            fresh = _fresh(record)
            contents = copies.made(backup, fresh, key)
            _withdraw(fresh, key)
            _pass_over(fresh)
            swaps, lacking = _archives(folder, key, backup.parent, contents)
            present = _present(record, contents) if record.exists() else None
            yield Ready(contents, present, lacking, (_Swap(record, fresh), *swaps))
        finally:
            _tidy(record)


def _pass_over(fresh: Path) -> None:
    """Have nothing made up for that came due before now: it may have been run since the backup was made."""
    with closing(copies.opened(fresh, "rw")) as db:
        db.execute("INSERT OR REPLACE INTO jobs VALUES (?, 'nothing before', ?)", (EVERY, Clock().now()))
        db.execute("PRAGMA journal_mode = DELETE").fetchone()
    copies.sync(fresh)


def _fresh(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")


def _withdraw(fresh: Path, key: bytes) -> None:
    """End what waited when the backup was made: what was done of it since must not be done once more."""
    with closing(copies.opened(fresh, "ro")) as db:
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
        if "approvals" not in tables or db.execute(_WAITING).fetchone() is None:
            return
    with closing(Sqlite(fresh)) as file:
        with file.writing() as db_:
            wrong = migrations.migrate(db_)
        if wrong:
            raise Unwritable(f"The backup was altered by something else: {wrong}.")
        clock = Clock()
        journal = Journal(file, clock, key, Emergency(fresh.parent, key))
        approvals = Approvals(file.reading, clock, journal, clock.now)
        while waiting := approvals.listed(_OPEN):
            for each in waiting:
                approvals.settle(each.number, _OPEN, State.SUPERSEDED, why=_WITHDRAWN)
    with closing(copies.opened(fresh, "rw")) as db:
        db.execute("PRAGMA journal_mode = DELETE").fetchone()
    copies.sync(fresh)


def _tidy(record: Path) -> None:
    """Remove what a restore that was killed has left: copies, and second names of what was not replaced after all."""
    for pattern in (f".{record.name}.*.new*", ".archive-????.db.*.new*"):
        for path in record.parent.glob(pattern):
            path.unlink()
    for path in record.parent.glob(f"*{KEPT}*"):
        target, log = path.with_name(path.name.partition(KEPT)[0]), path.with_name(f"{path.name}-wal")
        if target.exists() and path.samefile(target) and not log.exists():
            path.unlink()


def _present(record: Path, contents: Contents) -> Present:
    try:
        with closing(copies.opened(record, "ro")) as db:
            known = db.execute("SELECT hash FROM events WHERE id = ?", (contents.last,)).fetchone()
            last, at = db.execute("SELECT id, at FROM events ORDER BY id DESC LIMIT 1").fetchone() or (0, None)
            number = db.execute("SELECT coalesce(max(number), 0) FROM events").fetchone()[0]
    except sqlite3.Error:
        return Present(None)
    if known is not None and known[0] != contents.hash:
        return Present(number, last, at, earlier=False)
    return Present(max(0, number - contents.number), max(0, last - contents.last), at)


def _archives(folder: Path, key: bytes, beside: Path, contents: Contents) -> tuple[tuple[_Swap, ...], tuple[str, ...]]:
    """Which archives the record of the backup needs in the place of those here, and what is wrong with the others.

    One that goes beyond the backup would have other events than those that come now; it ends where the backup says.
    """
    swaps, lacking = [], []
    ranges = {held.file: held for held in seams.ranges(contents.seams)}
    for held in ranges.values():
        here, there = (proof.broken_archive(place, held, key) for place in (folder, beside))
        if here and there:
            lacking.append(here)
        elif here or _beyond(folder / held.file, contents):
            swaps.append(_Swap(folder / held.file, _cut((beside if here else folder) / held.file, folder, held, key)))
    others = [path for path in sorted(folder.glob("archive-????.db")) if path.name not in ranges]
    swaps += [_Swap(path, None) for path in others if _beyond(path, contents)]
    return tuple(swaps), tuple(lacking)


def _beyond(path: Path, contents: Contents) -> bool:
    with suppress(Unwritable), closing(ArchiveFile(path)) as file:
        return file.last() > contents.last
    return False


def _cut(source: Path, folder: Path, held: Range, key: bytes) -> Path:
    """A fresh archive of what the backup knows of it."""
    fresh = _fresh(folder / held.file)
    with closing(ArchiveFile(source)) as file:
        archive_file.copy(file, fresh, held)
    wrong = proof.broken_archive(folder, replace(held, file=fresh.name), key)  # what it was copied from may be others'
    if wrong:
        raise Unwritable(f"{source} was altered while it was copied: {wrong}.")
    return fresh


def _swapped(swap: _Swap, stamp: str) -> Path | None:
    """Replace a file; returns the name under which the one before is kept, None where there was none."""
    kept = None
    if swap.target.exists():
        with _alone(swap.target):
            kept = _set_aside(swap.target, stamp)
            if swap.fresh is None:
                swap.target.unlink()
            else:
                swap.fresh.replace(swap.target)
    elif swap.fresh is not None:
        swap.fresh.replace(swap.target)
    copies.sync(swap.target.parent)
    return kept


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep everybody else out of a database, whose log is written back first; a damaged one is left as it is."""
    if _damaged(path):
        yield
        return
    with closing(copies.opened(path, "rw")) as db:
        try:
            db.execute("PRAGMA journal_mode = DELETE")
            db.execute("BEGIN EXCLUSIVE")
            mode = db.execute("PRAGMA journal_mode").fetchone()[0]
        except sqlite3.Error as error:
            raise Unwritable(f"{path} cannot be set aside: {error}.") from error
        if mode != "delete":
            raise Unwritable(f"{path} cannot be set aside: another program has it open.")
        yield


def _damaged(path: Path) -> bool:
    """Whether SQLite makes nothing of it; whatever opens such a file to write may take its log away."""
    try:
        with closing(copies.opened(path, "ro")) as db:
            return bool(db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
    except sqlite3.Error as error:
        return error.sqlite_errorcode & 0xFF in _DAMAGED


def _set_aside(path: Path, stamp: str) -> Path:
    """Give a database a second name, and its logs to that one alone."""
    for attempt in count(1):
        kept = path.with_name(f"{path.name}{KEPT}{stamp}{f'-{attempt}' if attempt > 1 else ''}")
        try:
            os.link(path, kept)
        except FileExistsError:
            continue
        break
    for suffix in archive_file.LOGS:
        log = path.with_name(path.name + suffix)
        if log.exists():
            log.rename(kept.with_name(kept.name + suffix))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    return kept
