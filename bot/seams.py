"""The seams of the record: up to which event it was moved to an archive, each signed with the key of the chain."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import groupby

from sqlite_utils import Database

from bot.chain import START


@dataclass(frozen=True)
class Seam:
    """The id and the hash of the last event that was moved, the name of the file that has it, and when it was moved."""

    last: int
    hash: str
    file: str
    at: float
    signature: str = ""

    def signed(self, key: bytes) -> Seam:
        """The same with its signature."""
        return replace(self, signature=self._sign(key))

    def holds(self, key: bytes) -> bool:
        """Whether it was signed with this key as it stands."""
        return self.signature == self._sign(key)

    def _sign(self, key: bytes) -> str:
        told = json.dumps(["seam", self.last, self.hash, self.file, self.at], ensure_ascii=True)
        return hmac.digest(key, told.encode(), "sha256").hex()


BEGINNING = Seam(0, START, "", 0.0)  # before the first event: what stands for a seam where nothing was moved yet


@dataclass(frozen=True)
class Range:
    """What one archive has of the chain: the seam before its first event, and its own seams, oldest first."""

    file: str
    after: Seam
    seams: tuple[Seam, ...]

    @property
    def last(self) -> int:
        """The id of the last event that was moved there."""
        return self.seams[-1].last


def every(db: Database) -> list[Seam]:
    """All seams of a record, oldest first; none where its schema is older than they are."""
    if "seams" not in db.table_names():
        return []
    rows = db.execute("SELECT last, hash, file, at, signature FROM seams ORDER BY last").fetchall()
    return [Seam(*row) for row in rows]


def newest(db: Database) -> Seam:
    """The seam after which the record begins."""
    return (every(db) or [BEGINNING])[-1]


def ranges(seams: Sequence[Seam]) -> Iterator[Range]:
    """What each archive has, oldest first."""
    after = BEGINNING
    for file, group in groupby(seams, key=lambda seam: seam.file):
        yield (found := Range(file, after, tuple(group)))
        after = found.seams[-1]


def add(db: Database, seam: Seam) -> None:
    """Append it, within the transaction that is open."""
    db.execute("INSERT INTO seams VALUES (?, ?, ?, ?, ?)", astuple(seam))


def file_of(year: int) -> str:
    """The name of a year's archive."""
    return f"archive-{year:04}.db"


def year_of(file: str) -> int:
    """The year of an archive by its name; 0 for BEGINNING's."""
    return int(file.removeprefix("archive-").removesuffix(".db") or 0)
