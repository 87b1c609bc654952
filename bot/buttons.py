"""What buttons and dialogs stand for: a line behind an opaque id, run again and again, or once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.clock import Clock
from bot.database import Sqlite

HANDLE = 16  # bytes of the opaque id of a line, 128 bits

DIALOG = 24 * 3600  # seconds for which what is filled into a dialog is waited for

_RECALLED = """
SELECT line, host, '' FROM lines WHERE id = :id UNION ALL SELECT line, host, confirms FROM once WHERE id = :id
"""
_KNOWN = "SELECT id FROM lines WHERE (line, host, label, form) = (?, ?, ?, ?)"
_REMEMBER = """
INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (line, host, label) DO UPDATE SET form = excluded.form
"""
_PRESS = """
UPDATE once SET number = :number WHERE id = :id AND (number IS NULL OR EXISTS (
    SELECT 1 FROM actions WHERE actions.number = once.number AND verdict <> 'allow' AND status <> 'received'))
"""
# What was moved to an archive stays used up.
_SPENT = """
SELECT number, coalesce(actor, ''), coalesce(actions.line, once.line) FROM once LEFT JOIN actions USING (number)
WHERE once.id = :id AND number IS NOT NULL
"""


@dataclass(frozen=True)
class Recalled:
    """What a button stands for: its line, its engine, and the digest of what whoever presses it agrees to."""

    line: str
    host: str
    confirms: str = ""


@dataclass(frozen=True)
class Spent:
    """The action for which a button that works once was pressed; actor is empty where an archive has it by now."""

    number: int
    actor: str
    line: str


class Buttons:
    """The ids of lines, in the database; every method that writes raises Unwritable where it cannot."""

    def __init__(self, file: Sqlite, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def remember(self, line: str, host: str, label: str, form: str = "") -> str:
        """The opaque id by which a button stands for a line; the same line has the same id.

        form is what has to be asked before it is run, as JSON.
        """
        key = (line, host, label)
        with self._file.reading() as db:
            known = db.execute(_KNOWN, (*key, form)).fetchone()
        if known is None:
            with self._file.writing() as db:
                fresh = (secrets.token_hex(HANDLE), *key, self._clock.now(), form)
                db.execute(_REMEMBER, fresh)
                known = db.execute(_KNOWN, (*key, form)).fetchone()
        return str(known[0])

    def form(self, handle: str) -> str:
        """What has to be asked before the line behind an id is run, as JSON; empty where nothing has."""
        with self._file.reading() as db:
            row = db.execute("SELECT form FROM lines WHERE id = ?", (handle,)).fetchone()
        return "" if row is None else str(row[0])

    def once(self, line: str, host: str, confirms: str = "") -> str:
        """A new opaque id for a line that is to be run by it once; confirms is what whoever presses it agrees to."""
        handle = secrets.token_hex(HANDLE)
        row = (handle, line, host, self._clock.now(), confirms)
        with self._file.writing() as db:
            db.execute("INSERT INTO once VALUES (?, ?, ?, ?, NULL, ?)", row)
        return handle

    def recall(self, handle: str) -> Recalled | None:
        """What an id stands for; None where nobody remembered it."""
        with self._file.reading() as db:
            row = db.execute(_RECALLED, {"id": handle}).fetchone()
        return None if row is None else Recalled(*row)

    def ask(self, button: str, place: Mapping[str, Any]) -> str:
        """A new opaque id for a dialog: what is filled into it belongs to the button's line, and is answered there."""
        handle, now = secrets.token_hex(HANDLE), self._clock.now()
        with self._file.writing() as db:
            db.execute("DELETE FROM dialogs WHERE at < ?", (now - DIALOG,))
            db.execute("INSERT INTO dialogs VALUES (?, ?, ?, ?)", (handle, button, json.dumps(place), now))
        return handle

    def asked(self, handle: str) -> tuple[str, dict[str, Any]] | None:
        """The button and the place of a dialog; None where nobody remembers it."""
        with self._file.reading() as db:
            row = db.execute("SELECT button, place FROM dialogs WHERE id = ?", (handle,)).fetchone()
        return None if row is None else (str(row[0]), json.loads(row[1]))

    def press(self, handle: str, number: int) -> Spent | None:
        """None where the id may be used for this action; the other one that it was used for where it works once.

        An action that ended before anything was done has not used it up.
        """
        with self._file.writing() as db:
            db.execute(_PRESS, {"id": handle, "number": number})
            row = db.execute(f"{_SPENT} AND number <> :number", {"id": handle, "number": number}).fetchone()
        return None if row is None else Spent(*row)

    def spent(self, handle: str) -> Spent | None:
        """The action that used up an id which works once; None where it can still be used."""
        with self._file.reading() as db:
            row = db.execute(f"{_SPENT} AND coalesce(verdict, 'allow') = 'allow'", {"id": handle}).fetchone()
        return None if row is None else Spent(*row)
