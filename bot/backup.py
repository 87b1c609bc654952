"""`slashdock backup`: the record in one file that is known to be whole, with its archives beside it."""

from __future__ import annotations

import os
import secrets
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot import archive_file, copies, proof, seams
from bot.archive_file import ArchiveFile
from bot.copies import Contents, Unusable
from bot.database import Unwritable
from bot.seams import Range


@dataclass(frozen=True)
class Backup:
    """What was copied: the record, the names of the archives beside it, and why others are not, a sentence each."""

    contents: Contents
    archives: tuple[str, ...]
    lacking: tuple[str, ...]


def backup(record: Path, key: bytes, to: Path) -> Backup:
    """Copy the record and its archives while others write; to is there whole, or not at all. Raises Unusable."""
    if to.exists():
        raise _there(to)
    fresh = to.with_name(f".{to.name}.{secrets.token_hex(4)}.new")
    try:
        contents = copies.made(record, fresh, key)
        told = [(held.file, _bring(record.parent, to.parent, held, key)) for held in seams.ranges(contents.seams)]
        os.link(fresh, to)
        copies.sync(to)
    except FileExistsError as error:
        raise _there(to) from error
    except OSError as error:
        raise Unusable(f"{to} cannot be written: {error.strerror}.") from error
    finally:
        fresh.unlink(missing_ok=True)
    brought = tuple(name for name, wrong in told if not wrong)
    return Backup(contents, brought, tuple(wrong for _, wrong in told if wrong))


def _there(to: Path) -> Unusable:
    return Unusable(f"{to} is there already, and a backup replaces nothing. Name another file.")


def _bring(source: Path, target: Path, held: Range, key: bytes) -> str | None:
    """Add to the copy of an archive what it has not yet; why that cannot be done, None where it is whole."""
    wrong = proof.broken_archive(source, held, key)
    if wrong or source.samefile(target):
        return wrong
    try:
        with closing(ArchiveFile(source / held.file)) as old:
            archive_file.copy(old, target / held.file, held)
    except Unwritable as error:
        return str(error)
    return proof.broken_archive(target, held, key)
