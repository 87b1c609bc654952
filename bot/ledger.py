"""What the journal is to what is kept beside the record: tables that are not sealed, so what they say is there too."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlite_utils import Database

from bot.chain import Link


@dataclass(frozen=True)
class Entry:
    """An event of an action: its kind, when it came about, what it says."""

    kind: str
    at: float
    body: Mapping[str, Any]


def entries(links: Iterable[tuple[Link, str]], key: bytes) -> list[Entry]:
    """Those that were written with the key."""
    return [Entry(link.kind, link.at, json.loads(link.body)) for link, written in links if link.hash(key) == written]


class Ledger(Protocol):
    """Where what is decided stands for good."""

    def writing(self) -> AbstractContextManager[Database]:
        """One transaction; raises Unwritable."""

    def append(self, db: Database, number: int, kind: str, body: Mapping[str, Any], at: float | None = None) -> None:
        """Append an event of an action within the transaction that is open, of this time or of now."""

    def proven(self, db: Database, number: int, kind: str = "") -> list[Entry]:
        """The events of an action that were written with the key, oldest first; of one kind where given."""
