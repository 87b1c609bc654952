"""What a database is made of, held against the statements that make it: what people read goes through views."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache

from sqlite_utils import Database


@dataclass(frozen=True)
class _Part:
    """A table, view, index or trigger: the table it is on, and the SQL that made it."""

    kind: str
    name: str
    table: str
    sql: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def altered(db: Database, statements: tuple[str, ...]) -> str | None:
    """What of this database is not as the statements make it, None where all is; what others put beside it may stay.

    A trigger of theirs on what is ours may not: it would act whenever slashdock writes.
    """
    return next(_differences(_made(statements), _parts(db)), None)


def lacking(db: Database, statements: tuple[str, ...]) -> str | None:
    """The same of the kinds, names and tables of its parts alone, whatever the SQL is that made them."""
    return next(_differences(_unworded(_made(statements)), _unworded(_parts(db))), None)


def torn(db: Database) -> str | None:
    """What of an index does not stand in its table, or the other way round, None where all does.

    Such a one shows less than the table has, though it was made by the right statement.
    """
    found = str(db.execute("PRAGMA integrity_check(1)").fetchone()[0])
    return None if found == "ok" else found


_Parts = Mapping[str, _Part]


def _differences(made: _Parts, found: _Parts) -> Iterator[str]:
    shadows = tuple(f"{part.name}_" for part in made.values() if part.sql.startswith("CREATE VIRTUAL TABLE"))
    for name, part in made.items():
        if name not in found:
            yield f"its {part} is missing"
        elif found[name] != part and not part.name.startswith(shadows):  # those are SQLite's own, and its versions'
            yield f"its {part} is another one than slashdock makes"
    ours = {part.table.lower() for part in made.values()}
    for name, part in found.items():
        if part.kind == "trigger" and name not in made and part.table.lower() in ours:
            yield f"its {part} is none of slashdock's"


@cache
def _made(statements: tuple[str, ...]) -> _Parts:
    with closing(sqlite3.connect(":memory:")) as connection:
        db = Database(connection, execute_plugins=False)
        for statement in statements:
            db.execute(statement)
        return {name: part for name, part in _parts(db).items() if not part.name.startswith("sqlite_")}  # its own


def _unworded(parts: _Parts) -> _Parts:
    return {name: replace(part, sql="") for name, part in parts.items()}


def _parts(db: Database) -> _Parts:
    rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    return {str(part): part for part in (_Part(*row) for row in rows)}
