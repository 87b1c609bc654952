"""Short ways to write into a record, for the tests of the record."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from bot.migrations import MIGRATIONS
from bot.request import Actor, Origin, Request
from bot.store import Store

WEB = {"kind": "container", "id": "ab" * 32, "name": "web"}
PROJECT = Path(__file__).parent.parent

# A process that says what it has reached and stays there until it is killed or its input ends.
CHILD = """
import sys
from pathlib import Path
from bot.clock import Clock
from bot.store import Store
from harness import KEY
from recording import begin, receive

store = Store(Path(sys.argv[1]), Clock(), KEY)
{steps}
print(store.actions.listed({{}}, 1)[0]["number"], flush=True)
sys.stdin.read()
store.close()
"""


def asked(line: str = "restart web", delivery: str = "", actor: str = "U0ADMIN001") -> Request:
    """A request from Slack."""
    return Request(line, Actor(actor, "T1"), Origin.SLASH, "C0OPS", host="local", delivery=delivery)


def receive(store: Store, line: str = "restart web", delivery: str = "") -> int:
    """The number of a request that was just received."""
    return store.record.receive(asked(line, delivery), line).number


def intend(
    store: Store, number: int, line: str = "restart web", *, person: str = "alice", target: Mapping[str, str] = WEB
) -> None:
    """Say of a received action that it is about to be done."""
    store.record.intend(
        number,
        verb="container restart",
        line=f"container {line}",
        person=person,
        permission="act",
        reason="role admin",
        host="local",
        targets=[target],
    )


def begin(store: Store, line: str = "restart web", *, person: str = "alice", target: Mapping[str, str] = WEB) -> int:
    """The number of an action that was just intended."""
    number = receive(store, line)
    intend(store, number, line, person=person, target=target)
    return number


def child(folder: Path, steps: str) -> subprocess.Popen[str]:
    """A process of its own that has done the steps with its own Store on the folder."""
    path = os.pathsep.join((str(PROJECT), str(PROJECT / "tests")))
    started = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(steps=steps), str(folder)],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline().strip().isdigit()
    return started


def end(process: subprocess.Popen[str]) -> None:
    """Wait for a child and close its pipes."""
    process.communicate()


def made_older(path: Path, version: int) -> None:
    """Let a record that nobody has open be one of this version of the schema, with all that such a one can hold."""
    older = path.with_name("older")
    with closing(sqlite3.connect(older)) as db, db:
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {version}")
        plain = "type = 'table' AND name NOT GLOB 'said*' AND name NOT GLOB 'sqlite_*'"
        tables = [row[0] for row in db.execute(f"SELECT name FROM sqlite_master WHERE {plain}")]
        db.commit()
        db.execute("ATTACH ? AS now", (str(path),))
        kept = {row[0] for row in db.execute("SELECT name FROM now.sqlite_master WHERE type = 'table'")}
        for table in (each for each in tables if each in kept):  # a later version may have none of that name
            names = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
            db.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM now.{table}")
    older.replace(path)
