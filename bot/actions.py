"""The record read back: each action as its events make it, and whether the chain of them is whole."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlite_utils import Database

from bot import proof
from bot.archive_file import LAST
from bot.heads import Head
from bot.posts import Session

# What each filter asks of an action. Its values come as one JSON array: however many there are, the question is one.
_ONE_OF = {
    "person": "person IN (SELECT value FROM json_each(:person)) OR actor IN (SELECT value FROM json_each(:person))",
    "verb": "verb IN (SELECT value FROM json_each(:verb))",
    "status": "status IN (SELECT value FROM json_each(:status))",
    "host": "host IN (SELECT value FROM json_each(:host))",
    "origin": "origin IN (SELECT value FROM json_each(:origin))",
    "target": "EXISTS (SELECT 1 FROM json_each(targets) AS t JOIN json_each(:target) AS w"
    " WHERE json_extract(t.value, '$.name') = w.value"
    " OR json_extract(t.value, '$.id') IN (w.value, 'sha256:' || w.value) OR length(w.value) >= 12"
    " AND substr(replace(json_extract(t.value, '$.id'), 'sha256:', ''), 1, length(w.value)) = w.value)",
    "since": "at >= (SELECT min(CAST(value AS REAL)) FROM json_each(:since))",
    "until": "at <= (SELECT max(CAST(value AS REAL)) FROM json_each(:until))",
    "before": "number < (SELECT max(CAST(value AS INTEGER)) FROM json_each(:before))",
    "text": "number IN (SELECT number FROM events WHERE id IN (SELECT rowid FROM said WHERE said MATCH :text"
    " AND rowid >= (SELECT id FROM events WHERE kind = 'received' AND number >= :least ORDER BY number LIMIT 1)))",
}
FILTERS = tuple(_ONE_OF)
# The same of what is named in an index: no fewer actions, and found without a look at each. What an action is about
# comes first, for fewer have that in common.
_NAMED = {
    "target": "SELECT value FROM json_each(:target)"
    " UNION SELECT substr(replace(value, 'sha256:', ''), 1, 12) FROM json_each(:target)",
    "person": "SELECT value FROM json_each(:person)",
}
_COUNTED = "SELECT actor, duration_ms, host, number, origin, person, status, verb FROM actions"

PATIENCE = 5.0  # seconds that a search may take
PAGE = 100  # actions that are read before they are judged
SPAN = 10_000  # newest actions that are searched first: what many have is found there, and of what few have all is read
_STEPS = 1000  # of SQLite's machine between two looks at the time: about 20 microseconds


class TooLong(Exception):  # noqa: N818 - an answer, not a fault
    """A search was given up."""


class Actions:
    """reading opens the database to be read; key is what the chain of hashes is made with.

    A search takes patience seconds at most.
    """

    def __init__(self, reading: Session, key: bytes, patience: float = PATIENCE) -> None:
        self._reading = reading
        self._key = key
        self.patience = patience

    def listed(self, filters: Mapping[str, tuple[str, ...]], limit: int) -> list[dict[str, Any]]:
        """At most limit actions, newest first, that match one value of each filter; the names are in FILTERS."""
        with self._reading() as db:
            return list(_found(db, filters, limit))

    def searched(
        self, filters: Mapping[str, tuple[str, ...]], limit: int, chosen: Callable[[dict[str, Any]], bool]
    ) -> list[dict[str, Any]]:
        """The same among those that are chosen, of which each is asked once; raises TooLong."""
        until = time.monotonic() + self.patience
        return list(islice(filter(chosen, self._newest_first(filters, until)), limit))

    def counted(self, filters: Mapping[str, tuple[str, ...]], limit: int) -> list[dict[str, Any]]:
        """No more of each of them than is counted, without its objects, which take longest; raises TooLong."""
        with self._reading() as db, _within(db.conn, time.monotonic() + self.patience):
            return list(db.query(*_asked(_COUNTED, filters, limit, LAST)))

    def _newest_first(self, filters: Mapping[str, tuple[str, ...]], until: float) -> Iterator[dict[str, Any]]:
        """All that match, a page at a time; after until, which is a time of the monotonic clock, raises TooLong."""
        with self._reading() as db:
            below = 1 + (db.execute("SELECT max(number) FROM events").fetchone()[0] or 0)
        for least in (max(0, below - SPAN), 0):
            while below > least:
                with self._reading() as db, _within(db.conn, until):
                    found = list(_found(db, filters, PAGE, below, least))
                for action in found:
                    if time.monotonic() > until:  # whoever takes the actions may need longer for each than SQLite
                        raise TooLong
                    yield action
                below = least if len(found) < PAGE else found[-1]["number"]

    def get(self, number: int) -> dict[str, Any] | None:
        """One action with its events, oldest first; None where there is no such number."""
        with self._reading() as db:
            rows = list(db.query(f"{_ACTIONS} WHERE number = ?", (number,)))
            events = list(db.query("SELECT * FROM events WHERE number = ? ORDER BY id", (number,)))
        return {**_action(rows[0]), "events": [_event(event) for event in events]} if rows else None

    def verify(self, heads: Iterable[Head] = ()) -> str | None:
        """Walk the chain from the newest seam on: what is broken and where, None where it is whole.

        heads are some that were published, beside those that the record knows of itself.
        """
        with self._reading() as db:
            return proof.broken(db, self._key, {head.event: head.hash for head in heads})


# With what the ends of an action name beside its targets, as images that nobody knew before they were there.
_ACTIONS = """
SELECT *, (
    SELECT json_group_array(json(each.value)) FROM events, json_each(events.body, '$.objects') AS each
    WHERE events.number = actions.number AND events.kind = 'outcome'
) AS objects FROM actions
"""


@contextmanager
def _within(connection: sqlite3.Connection, until: float) -> Iterator[None]:
    """Whatever the connection is asked is given up at this time of the monotonic clock: raises TooLong."""
    connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise TooLong from error
        raise
    finally:
        connection.set_progress_handler(None, 0)


def _found(
    db: Database, filters: Mapping[str, tuple[str, ...]], limit: int, below: int = LAST, least: int = 0
) -> Iterator[dict[str, Any]]:
    return map(_action, db.query(*_asked(_ACTIONS, filters, limit, below, least)))


def _asked(
    select: str, filters: Mapping[str, tuple[str, ...]], limit: int, below: int, least: int = 0
) -> tuple[str, dict[str, Any]]:
    """The question for those of numbers from least to below, which looks at each only where no index chooses them."""
    number = "+number" if {"text", *_NAMED} & filters.keys() else "number"
    bounds = f"{number} < :below AND {number} >= :least"
    where = " AND ".join((bounds, *_among(filters), *(f"({_ONE_OF[name]})" for name in filters)))
    values = {name: _words(wanted) if name == "text" else json.dumps(wanted) for name, wanted in filters.items()}
    given = {**values, "limit": limit, "below": below, "least": least}
    return f"{select} WHERE {where} ORDER BY number DESC LIMIT :limit", given


def _among(filters: Iterable[str]) -> Iterator[str]:
    """Where the index has words that are asked for: the numbers that stand beside one of each."""
    first, *others = [name for name in _NAMED if name in filters] or [""]
    if first:
        joined = "".join(
            f" CROSS JOIN named AS {name} ON {name}.number = {first}.number AND {name}.word IN ({_NAMED[name]})"
            for name in others
        )
        within = f"{first}.word IN ({_NAMED[first]}) AND {first}.number < :below AND {first}.number >= :least"
        yield f"number IN (SELECT {first}.number FROM named AS {first}{joined} WHERE {within})"  # noqa: S608 - our words


def _words(texts: Iterable[str]) -> str:
    """Texts as a full-text query: all words of one of them, the last letters of each may be missing."""
    return " OR ".join(f"({words})" for words in map(_all, texts) if words) or '""'


def _all(text: str) -> str:
    return " ".join('"' + word.replace('"', '""') + '"*' for word in text.replace("\0", " ").split())


def _action(row: Mapping[str, Any]) -> dict[str, Any]:
    empty = {"actor": "", "team": "", "origin": "", "channel": "", "thread": "", "host": "", "line": ""}
    told = {key: empty.get(key) if value is None else value for key, value in row.items()}
    return {**told, "targets": json.loads(row["targets"]), "objects": json.loads(row["objects"])}


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**json.loads(row["body"]), "id": row["id"], "kind": row["kind"], "at": row["at"], "hash": row["hash"]}
