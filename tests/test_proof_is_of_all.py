"""What is proven is all that people read: no event, view or trigger lies outside, and nothing planted is written to."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import pytest
import sqlite_utils
from harness import KEY
from offices import DEV, SAM, Office, told
from recording import begin, made_older, receive
from set_clock import SetClock

from bot import archive, copies, emergency, reconcile, restore
from bot.backup import backup
from bot.copies import Unusable
from bot.emergency import Emergency
from bot.request import Status
from bot.store import FILE, Store, Unwritable

NEW_YEAR = 1_767_225_600.0  # 2026-01-01T00:00:00Z
OLD = "archive-2025.db"
FORGED = """INSERT INTO events VALUES
    ({0}, 99, 'received', 1.0, '{{"actor": "U0VICTIM01", "line": "rm prod"}}', '', 'x')"""


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at a new year."""
    return SetClock(NEW_YEAR - 1)


@pytest.fixture
def folder(tmp_path: Path, clock: SetClock) -> Path:
    """A data folder with three actions, the first of which is in an archive."""
    store = Store(tmp_path / "data", clock, KEY)
    for _ in range(3):
        store.record.outcome(begin(store), status="done")
        clock.at += 1
    store.archive.move(NEW_YEAR)
    store.close()
    return tmp_path / "data"


def _sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


@contextmanager
def _unguarded(path: Path) -> Iterator[sqlite3.Connection]:
    """A database without its triggers meanwhile; they are put back, so that nothing but the rows tells of it."""
    with closing(sqlite3.connect(path)) as db, db:
        guards = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        yield db
        for _, sql in guards:
            db.execute(sql)


def _wrong(folder: Path, clock: SetClock) -> str | None:
    with closing(Store(folder, clock, KEY)) as store:
        return store.actions.verify() or store.archive.verify()


@pytest.mark.parametrize(
    ("file", "event", "told"),
    [
        (FILE, -3, "event -3 of action 99 is none of this chain"),
        (FILE, 0, "event 0 of action 99 is none of this chain"),
        (FILE, -(2**63), f"event {-(2**63)} of action 99 is none of this chain"),
        (FILE, 4, "event 4 of action 99 was altered"),
        (FILE, 3, "event 3 of action 99 was altered"),
        (OLD, 0, f"{OLD}: event 0 of action 99 is none of this chain"),
        (OLD, 5, f"{OLD}: event 5 of action 99 does not follow the event before it"),
        (OLD, 9000, f"{OLD}: events 5 to 8999 are missing"),
    ],
)
def test_a_row_outside_of_the_chain_is_found(folder: Path, clock: SetClock, file: str, event: int, told: str) -> None:
    """Below it, behind a seam, before or beyond what was moved; and no backup is made of it or taken for one."""
    backup(folder / FILE, KEY, folder.parent / "copy.db")
    for path in (folder / file, folder.parent / file.replace(FILE, "copy.db")):
        with _unguarded(path) as db:
            db.execute(FORGED.format(event))
    assert _wrong(folder, clock) == told
    with closing(Store(folder, clock, KEY)) as store:
        assert store.archive.archived_in(99) is None
    if file == FILE:
        with pytest.raises(Unusable, match=told):
            backup(folder / FILE, KEY, folder.parent / "other.db")
        with (
            pytest.raises(Unusable, match=told),
            restore.ready(folder.parent / "new" / FILE, KEY, folder.parent / "copy.db"),
        ):
            pass
    else:
        (lacking,) = backup(folder / FILE, KEY, folder.parent / "other.db").lacking
        assert lacking == told


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (("DROP VIEW actions", "CREATE VIEW actions AS SELECT 1 AS number"),
         "its view actions is another one than slashdock makes"),
        (("DROP TRIGGER events_are_appended",), "its trigger events_are_appended is missing"),
        (("DROP INDEX received",), "its index received is missing"),
        (("DROP TABLE grants",), "its table grants is missing"),
        (("CREATE TRIGGER t AFTER INSERT ON EVENTS BEGIN DELETE FROM grants; END",),
         "its trigger t is none of slashdock's"),
    ],
)  # fmt: skip
def test_what_the_record_is_read_through_is_proven(
    folder: Path, clock: SetClock, statements: tuple[str, ...], told: str
) -> None:
    """A database that shows or does something else is told at once by whoever has it open, and not opened again."""
    with closing(Store(folder, clock, KEY)) as store:
        _sql(folder / FILE, *statements)
        assert store.actions.verify() == told
    with pytest.raises(Unwritable, match=told):
        Store(folder, clock, KEY)
    with pytest.raises(Unusable, match=told):
        copies.made(folder / FILE, folder.parent / "copy.db", KEY)


@pytest.mark.parametrize("version", range(1, 6))
def test_an_old_record_is_held_to_its_words_once_they_are_made_anew(
    tmp_path: Path, clock: SetClock, version: int
) -> None:
    """The first steps were worded otherwise once; what no step makes anew has to be what it makes all the same."""
    paths = [tmp_path / each / FILE for each in ("worded", "other", "lacking")]
    for path in paths:
        Store(path.parent, clock, KEY).close()
        made_older(path, version)
    _sql(
        paths[0],
        "DROP TRIGGER events_are_not_altered",
        "CREATE TRIGGER events_are_not_altered BEFORE UPDATE ON events BEGIN SELECT raise(ABORT, 'never'); END",
        "DROP VIEW actions",
        "CREATE VIEW actions AS SELECT number FROM events",
    )
    with closing(Store(paths[0].parent, clock, KEY)) as store:
        begin(store)
        assert store.actions.verify() is None
    _sql(paths[1], "DROP TABLE jobs", "CREATE TABLE jobs (job)")
    _sql(paths[2], "DROP TABLE jobs")
    for path, wrong in zip(paths[1:], ("table jobs is another one", "table jobs is missing"), strict=True):
        with pytest.raises(Unwritable, match=wrong):
            Store(path.parent, clock, KEY)
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA user_version").fetchone() == (version,)


def test_what_an_archive_is_read_through_is_proven(folder: Path, clock: SetClock) -> None:
    """It shows actions as the record does."""
    _sql(folder / OLD, "DROP VIEW actions", "CREATE VIEW actions AS SELECT 1 AS number")
    assert _wrong(folder, clock) == f"{OLD}: its view actions is another one than slashdock makes"


@pytest.mark.parametrize("file", [FILE, OLD])
def test_an_index_that_leaves_something_out_is_found(folder: Path, clock: SetClock, file: str) -> None:
    """By its statement it is the right one, and the actions are read through it."""
    index = "CREATE INDEX events_of_action ON events (number, kind)"
    with closing(sqlite3.connect(folder / file)) as db, db:
        db.execute("DROP INDEX events_of_action")
        db.execute(f"{index} WHERE kind <> 'outcome'")
        db.execute("PRAGMA writable_schema = 1")
        db.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'events_of_action'", (index,))
    assert "index events_of_action" in str(_wrong(folder, clock))


def test_an_index_of_what_was_said_that_lacks_an_event_is_found(folder: Path, clock: SetClock) -> None:
    """A search would not find it, and SQLite's own look leaves this kind of index out."""
    last = "SELECT 'delete', id, text FROM spoken WHERE id = (SELECT max(id) FROM events)"
    _sql(folder / FILE, f"INSERT INTO said (said, rowid, text) {last}")
    assert "is missing in the index of what was said" in str(_wrong(folder, clock))


def test_what_others_put_beside_it_keeps_nobody_from_starting(folder: Path, clock: SetClock) -> None:
    """What SQLite, Datasette and whoever reads the record with them leave there."""
    _sql(
        folder / FILE,
        "ANALYZE",
        "CREATE TABLE datasette_notes (text)",
        "CREATE VIEW denied AS SELECT * FROM actions WHERE status = 'denied'",
        "CREATE INDEX by_time ON events (at)",
    )
    with closing(sqlite_utils.Database(folder / FILE)) as db:
        db["datasette_notes"].enable_fts(["text"], create_triggers=True)
        db["heads"].create_index(["at"])
        db.vacuum()
    assert _wrong(folder, clock) is None


def test_what_has_an_outcome_is_not_ended_again(folder: Path, clock: SetClock) -> None:
    """A row beside the record does not make slashdock say that something it did was not done."""
    _sql(folder / FILE, "INSERT INTO unsettled VALUES (3, 'dead'), (77, 'dead')")
    with closing(Store(folder, clock, KEY)) as store:
        begun, got = begin(store), receive(store)
        _sql(folder / FILE, "UPDATE unsettled SET owner = 'dead'")
        assert [each["number"] for each in reconcile.settle(store)] == [begun]
        assert [store.actions.listed({}, 9)[at]["status"] for at in range(3)] == ["failed", "unknown", "done"]
        assert store.actions.listed({}, 1)[0]["number"] == got


def test_a_long_action_is_moved_while_others_write(
    folder: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it spans leaves the record in short transactions; ended between them it is whole, and the next goes on."""
    monkeypatch.setattr(archive, "STEP", 5)
    left: list[int] = []
    with closing(Store(folder, clock, KEY)) as store, closing(Store(folder, clock, KEY)) as other:
        long = receive(store)
        for _ in range(5):
            store.record.outcome(begin(store), status="done")
        store.record.refuse(long, status="denied", reason="", line="", verb="", person="")
        clock.at += 1
        receive(store)

        class Between(Event):
            """Looks while others may write; the second time it says that this is the end."""

            def wait(self, timeout: float | None = None) -> bool:
                del timeout
                receive(other)
                assert (store.actions.verify(), store.archive.verify()) == (None, None)
                left.append(sqlite3.connect(folder / FILE).execute("SELECT count(*) FROM events").fetchone()[0])
                return len(left) == 2

        store.archive.move(clock.at, Between())
        assert backup(folder / FILE, KEY, folder.parent / "copy.db").lacking == ()
        store.archive.move(clock.at, Between())
        assert left == [28, 24, 25, 21, 17, 13, 9]
        assert [row["number"] for row in store.actions.listed({}, 99)] == list(range(17, 9, -1))
        assert store.archive.archived_in(long) == "archive-2026.db"
        assert (store.actions.verify(), store.archive.verify()) == (None, None)


@pytest.mark.parametrize("planted", ["fifo", "fifo that is read", "second name", "link"])
def test_an_outcome_is_not_given_to_what_was_planted(tmp_path: Path, planted: str) -> None:
    """It is kept elsewhere, or told as kept nowhere; nobody waits for whoever planted it."""
    place, other = emergency.files(tmp_path)
    kept, reader = Emergency(tmp_path, KEY), -1
    if planted.startswith("fifo"):
        os.mkfifo(place)
        reader = os.open(place, os.O_RDONLY | os.O_NONBLOCK) if "read" in planted else -1
    elif planted == "link":
        place.symlink_to(tmp_path / "theirs")
    else:
        place.touch()
        place.with_name("theirs").hardlink_to(place)
    try:
        assert list(kept.kept()) == []
        assert kept.keep({"number": 1}) == other
        assert list(Emergency(tmp_path, KEY).kept()) == [{"number": 1}]
        kept.settled({"number": 1})
        kept.clear()
        assert (os.path.lexists(place), other.exists()) == (True, False)
        assert reader < 0 or os.read(reader, 9) == b""
    finally:
        other.unlink(missing_ok=True)
        if reader >= 0:
            os.close(reader)


def test_only_what_is_in_the_record_leaves_the_emergency_file(tmp_path: Path) -> None:
    """Another thread or process may keep a line at any moment: it is never removed with those of others."""
    one, other = Emergency(tmp_path, KEY), Emergency(tmp_path, KEY)
    one.keep({"number": 1})
    thread = threading.Thread(target=other.keep, args=({"number": 2},))
    thread.start()
    thread.join()
    one.settled({"number": 1})
    one.clear()
    assert list(Emergency(tmp_path, KEY).kept()) == [{"number": 1}, {"number": 2}]
    one.settled({"number": 2})
    one.clear()
    assert not (tmp_path / emergency.NAME).exists()


@pytest.mark.parametrize("planted", ["file", "link", "journal"])
def test_a_backup_is_not_written_to_what_others_can_read(folder: Path, planted: str) -> None:
    """A folder for backups may be everybody's; what somebody put there before is left as it is, and told."""
    kept = folder.parent / "kept"
    kept.mkdir()
    path = kept / (f"{OLD}-journal" if planted == "journal" else OLD)
    if planted == "link":
        path.symlink_to(kept / "theirs")
    else:
        path.touch()
        path.chmod(0o666)
    (lacking,) = backup(folder / FILE, KEY, kept / "copy.db").lacking
    assert lacking.startswith(str(path))
    assert path.lstat().st_size == 0 or planted == "link"
    assert not (kept / "theirs").exists()


FORGED_VOTES = """INSERT INTO votes SELECT {0}, 'sam', '{1}', 'slash', '[]', 'approve', '', asked, 99 FROM approvals
    WHERE number = {0}"""
SECOND = """
[[require]]
verbs = ["act"]
approve = "second"
[break_glass]
roles = ["dev"]
review = ["sre"]
"""


@pytest.mark.parametrize(
    "forged",
    [
        (FORGED_VOTES,),
        ("UPDATE approvals SET glass = 'urgent' WHERE number = {0}",),
        (FORGED_VOTES, "UPDATE approvals SET origin = 'exec', person = 'eve' WHERE number = {0}"),
    ],
)
def test_consent_that_the_record_does_not_have_is_none(office: Office, forged: tuple[str, ...]) -> None:
    """The tables of what waits are not in the chain: rows that somebody puts there agree to nothing."""
    dev = office(SECOND)
    number = dev.say("restart -t 0 idle", DEV).number or 0
    asked = dev.store.approvals.get(number)
    assert asked is not None
    approved = "UPDATE approvals SET state = 'approved', begin_by = 9e9 WHERE number = {0}"
    _sql(dev.folder / FILE, *(each.format(number, SAM) for each in (*forged, approved)))
    outcome = dev.pipeline.resume(number)
    assert outcome is not None
    assert outcome.status is Status.SUPERSEDED, told(outcome)


def test_a_role_that_the_record_does_not_have_is_none(folder: Path, clock: SetClock) -> None:
    """Nor is one that was another one, for longer, or was taken back."""
    with closing(Store(folder, clock, KEY)) as store:
        given, taken = (store.grants.give(begin(store), "vera", "viewer", 3600.0) for _ in range(2))
        assert store.grants.revoke(taken.number, "vera")
        assert store.grants.lasting() == [given]
        _sql(
            folder / FILE,
            f"INSERT INTO grants VALUES (1, 'eve', 'admin', {clock.at}, 9e9, NULL, '')",
            f"UPDATE grants SET revoked = NULL WHERE number = {taken.number}",
        )
        assert store.grants.lasting() == [given]
        for change in ("role = 'admin'", "person = 'eve'", "until = 9e9", "since = 0"):
            _sql(folder / FILE, f"UPDATE grants SET {change}")
            assert store.grants.lasting() == []
        assert (store.actions.verify(), store.archive.verify()) == (None, None)
