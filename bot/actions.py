"""The record read back: each action as its events make it, and whether the chain of them is whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot import proof
from bot.heads import Head
from bot.posts import Session

_ONE_OF = {
    "person": "(person = :{0} OR actor = :{0})",
    "verb": "verb = :{0}",
    "status": "status = :{0}",
    "host": "host = :{0}",
    "origin": "origin = :{0}",
    "target": "EXISTS (SELECT 1 FROM json_each(targets) AS t WHERE json_extract(t.value, '$.name') = :{0}"
    " OR json_extract(t.value, '$.id') IN (:{0}, 'sha256:' || :{0})"
    " OR length(:{0}) >= 12 AND substr(replace(json_extract(t.value, '$.id'), 'sha256:', ''), 1, length(:{0})) = :{0})",
    "since": "at >= CAST(:{0} AS REAL)",
    "until": "at <= CAST(:{0} AS REAL)",
    "before": "number < CAST(:{0} AS INTEGER)",
    "text": "number IN (SELECT number FROM events WHERE id IN (SELECT rowid FROM said WHERE said MATCH :{0}))",
}
FILTERS = tuple(_ONE_OF)


class Actions:
    """reading opens the database to be read; key is what the chain of hashes is made with."""

    def __init__(self, reading: Session, key: bytes) -> None:
        self._reading = reading
        self._key = key

    def listed(self, filters: Mapping[str, tuple[str, ...]], limit: int) -> list[dict[str, Any]]:
        """At most limit actions, newest first, that match one value of each filter; the names are in FILTERS."""
        where, values = _where(filters)
        with self._reading() as db:
            rows = db.query(f"{_ACTIONS} {where} ORDER BY number DESC LIMIT :limit", {**values, "limit": limit})
            return [_action(row) for row in rows]

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


def _query(text: str) -> str:
    """Text as a full-text query: all of its words, the last letters of each may be missing."""
    return " ".join('"' + word.replace('"', '""') + '"*' for word in text.replace("\0", " ").split())


_WORDS = {"text": _query}


def _where(filters: Mapping[str, tuple[str, ...]]) -> tuple[str, dict[str, str]]:
    clauses: list[str] = []
    values: dict[str, str] = {}
    for name, wanted in filters.items():
        keys = [f"{name}{at}" for at in range(len(wanted))]
        values.update(zip(keys, map(_WORDS.get(name, str), wanted), strict=True))
        clauses.append(f"({' OR '.join(_ONE_OF[name].format(key) for key in keys)})")
    return ("WHERE " + " AND ".join(clauses) if clauses else ""), values


def _action(row: Mapping[str, Any]) -> dict[str, Any]:
    empty = {"actor": "", "team": "", "origin": "", "channel": "", "thread": "", "host": "", "line": ""}
    told = {key: empty.get(key) if value is None else value for key, value in row.items()}
    return {**told, "targets": json.loads(row["targets"]), "objects": json.loads(row["objects"])}


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**json.loads(row["body"]), "id": row["id"], "kind": row["kind"], "at": row["at"], "hash": row["hash"]}
