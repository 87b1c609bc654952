"""Retention: what is old is in the archive of its year or in the record, always in one of them, and proven in both."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Event

import pytest
from bot_process import BotProcess
from harness import KEY
from killing import killer
from recording import begin, child, end, receive
from set_clock import SetClock

from bot import archive, doctor, key, record_words, schema
from bot.archive import Archived
from bot.buttons import Spent
from bot.clock import Clock
from bot.locks import AlreadyRunning, Instance
from bot.seams import Seam
from bot.settings import Settings
from bot.spool import SPOOL
from bot.store import FILE, Store, Unwritable
from commands.reply import Reply

NEW_YEAR = 1_767_225_600.0  # 2026-01-01T00:00:00Z
ROOM = 49_152  # bytes; less than what 60 actions take
HOUR, DAY = 3600.0, 86_400.0
LATER = NEW_YEAR + 400 * 24 * HOUR
EACH = 4  # events of an action that was done
NOTHING = Archived(0, ())
MOVE = """
from pathlib import Path
from set_clock import SetClock
from bot.store import Store
store = Store(Path({folder!r}), SetClock({now}), {key!r})
store.archive.move({now})
"""
APPEND = """
from contextlib import suppress
from bot.store import Unwritable
for _ in range(40):
    with suppress(Unwritable):  # on a busy machine the others may keep it from writing for two seconds
        store.record.outcome(begin(store), status='done')
"""


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands two hours before a new year."""
    return SetClock(NEW_YEAR - 2 * HOUR)


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Iterator[Store]:
    """A new record."""
    made = Store(tmp_path / "data", clock, KEY)
    yield made
    made.close()


@pytest.fixture
def folder(store: Store, tmp_path: Path) -> Path:
    """The data folder of that record."""
    assert store
    return tmp_path / "data"


def _do(store: Store, clock: SetClock, times: int) -> None:
    """Actions that are done, an hour from one to the next."""
    for _ in range(times):
        store.record.outcome(begin(store), status="done")
        clock.at += HOUR


def _rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def _sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


def _whole(store: Store) -> bool:
    return (store.actions.verify(), store.archive.verify()) == (None, None)


def _ids(folder: Path) -> list[int]:
    """The ids of all events, those of the archives as far as they were moved."""
    seams = _rows(folder / FILE, "SELECT file, max(last) FROM seams GROUP BY file")
    query = "SELECT id FROM events WHERE id <= {} ORDER BY id"
    found = [row for file, last in sorted(seams) for row in _rows(folder / str(file), query.format(last))]
    return [int(str(row[0])) for row in (*found, *_rows(folder / FILE, query.format("1e9")))]


def test_what_is_old_moves_to_the_archive_of_its_year(store: Store, clock: SetClock, folder: Path) -> None:
    """The record begins where the archives end, and both are whole."""
    _do(store, clock, 6)
    assert store.archive.move(NEW_YEAR + 2.5 * HOUR) == Archived(20, ("archive-2025.db", "archive-2026.db"))
    years = [_rows(folder / f"archive-{year}.db", "SELECT number, status FROM actions") for year in (2025, 2026)]
    assert years == [[(1, "done"), (2, "done")], [(3, "done"), (4, "done"), (5, "done")]]
    assert [row["number"] for row in store.actions.listed({}, 9)] == [6]
    assert _ids(folder) == list(range(1, 25))
    assert _whole(store)


def test_what_is_moved_later_goes_on_where_the_archive_ends(store: Store, clock: SetClock, folder: Path) -> None:
    """The archive of a year grows, the record goes on as if nothing had gone, and each knows the seams."""
    for _ in range(3):
        _do(store, clock, 2)
        store.archive.move(clock.at)
    assert [row["number"] for row in store.actions.listed({}, 9)] == [6]
    assert begin(store) == 7
    assert _ids(folder) == list(range(1, 28))
    seams = "SELECT * FROM seams WHERE file = 'archive-2026.db'"
    assert _rows(folder / "archive-2026.db", seams) == _rows(folder / FILE, seams)
    assert _whole(store)


def test_many_events_are_moved_in_parts(
    store: Store, clock: SetClock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes meanwhile waits for one part, not for all; no action is divided."""
    monkeypatch.setattr(archive, "PART", 10)
    clock.at = NEW_YEAR
    _do(store, clock, 8)
    assert store.archive.move(clock.at) == Archived(28, ("archive-2026.db",))
    assert _rows(folder / FILE, "SELECT last FROM seams") == [(8,), (16,), (24,), (28,)]
    assert _whole(store)


def test_a_move_that_is_to_end_is_gone_on_with(store: Store, clock: SetClock) -> None:
    """It stops where it is: nothing of it is lost, and the next one does the rest."""
    clock.at = NEW_YEAR
    _do(store, clock, 8)
    ended = Event()
    ended.set()
    assert store.archive.move(clock.at, ended).events == 0
    assert _whole(store)
    assert store.archive.move(clock.at) == Archived(28, ("archive-2026.db",))
    assert _whole(store)


def test_every_page_of_an_archive_is_looked_at_once(
    store: Store, clock: SetClock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many parts were added to it; an index that leaves something out is told even so."""
    monkeypatch.setattr(archive, "PART", 10)
    looks, torn = list[None](), schema.torn
    monkeypatch.setattr(schema, "torn", lambda db: looks.append(None) or torn(db))
    clock.at = NEW_YEAR
    _do(store, clock, 8)
    store.archive.move(clock.at)
    assert len(looks) == 1
    index = "CREATE INDEX events_of_action ON events (number, kind)"
    with closing(sqlite3.connect(folder / "archive-2026.db")) as db, db:
        db.execute("DROP INDEX events_of_action")
        db.execute(f"{index} WHERE kind <> 'outcome'")
        db.execute("PRAGMA writable_schema = 1")
        db.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'events_of_action'", (index,))
    _do(store, clock, 1)
    with pytest.raises(Unwritable, match=r"is not whole: archive-2026.db: .*index events_of_action"):
        store.archive.move(clock.at)


@pytest.mark.parametrize("left", ["received", "begun", "held by a later one"])
def test_an_open_action_stays_with_all_that_came_after_it(store: Store, clock: SetClock, left: str) -> None:
    """What has not ended would have its end without its beginning; the record stays one piece."""
    _do(store, clock, 1)
    number = receive(store) if left == "received" else begin(store)
    _do(store, clock, 2)
    if left == "held by a later one":
        store.record.outcome(number, status="done")
    assert store.archive.move(LATER if left != "held by a later one" else clock.at - 1) == Archived(
        EACH, ("archive-2025.db",)
    )
    assert [row["number"] for row in store.actions.listed({}, 9)] == [4, 3, 2]
    assert _whole(store)


def test_a_request_that_waits_for_consent_stays(store: Store, clock: SetClock, folder: Path) -> None:
    """It has an outcome, held, and is not at its end."""
    _do(store, clock, 1)
    store.record.refuse(receive(store), status="held", reason="", line="rm web", verb="container rm", person="bob")
    _do(store, clock, 2)
    columns = ("actor", "team", "person", "origin", "channel", "thread", "host", "line", "reason", "digest", "sealed")
    names, values = ", ".join(columns), ", ".join("''" for _ in columns)
    waiting = f"INSERT INTO approvals (number, plan, bound, clauses, asked, expires, {names})"
    _sql(folder / FILE, f"{waiting} VALUES (2, '{{}}', '{{}}', '[]', 0, 0, {values})")
    assert store.archive.move(LATER).events == EACH
    _sql(folder / FILE, "UPDATE approvals SET state = 'denied'")
    assert store.archive.move(LATER).events == 7
    assert _whole(store)


def test_what_gave_a_role_stays_as_long_as_it_lasts(store: Store, clock: SetClock) -> None:
    """A role counts by its event alone; once it is over or was taken back, that moves."""
    given = begin(store)
    store.grants.give(given, "eve", "oncall", 7 * DAY)
    store.record.outcome(given, status="done")
    clock.at += 2 * DAY
    _do(store, clock, 2)
    assert store.archive.move(clock.at) == NOTHING
    assert store.grants.roles("eve", {"oncall": 7 * DAY}) == {"oncall"}
    clock.at += 5 * DAY
    assert store.archive.move(clock.at).events


def test_a_button_that_was_used_up_stays_so(store: Store, clock: SetClock) -> None:
    """Though the record does not show any more what it was pressed for."""
    button = store.buttons.once("volume rm pgdata", "local")
    pressed = begin(store)
    assert store.buttons.press(button, pressed) is None
    store.record.outcome(pressed, status="done")
    _do(store, clock, 2)
    assert store.archive.move(clock.at).events
    used = Spent(pressed, "", "volume rm pgdata")
    assert (store.buttons.press(button, receive(store)), store.buttons.spent(button)) == (used, used)


@pytest.mark.parametrize("words", ["archive", "doctor"])
def test_what_was_answered_stays_as_long_as_the_policy_says(tmp_path: Path, words: str) -> None:
    """Whoever opens the record and has not read the policy throws nothing away."""
    settings = Settings(data=tmp_path / "data", key_file=tmp_path / "key", retention=30)
    store = Store(settings.data, Clock(), key.load(settings.key_file, settings.data / FILE))
    store.spool.keep(1, Reply())
    store.close()
    (kept,) = (settings.data / SPOOL).glob("*.json")
    os.utime(kept, (Clock().now() - 9 * DAY,) * 2)
    record_words.archive(settings) if words == "archive" else doctor.database(settings)
    assert kept.exists()


def test_the_newest_event_stays(store: Store, clock: SetClock) -> None:
    """Numbers and the chain go on from it."""
    assert store.archive.move(LATER) == NOTHING
    _do(store, clock, 1)
    assert store.archive.move(LATER) == NOTHING
    _do(store, clock, 1)
    assert store.archive.move(LATER).events == EACH
    assert receive(store) == 3


def test_an_event_ahead_of_its_time_keeps_what_follows(store: Store, clock: SetClock) -> None:
    """A clock that was wrong for a moment never moves what is new."""
    _do(store, clock, 1)
    clock.at += 1e9
    _do(store, clock, 1)
    clock.at = NEW_YEAR
    _do(store, clock, 2)
    assert store.archive.move(NEW_YEAR + 9 * HOUR).events == EACH


def test_a_clock_that_is_put_back_over_a_new_year_goes_on_in_the_later_archive(
    store: Store, clock: SetClock, folder: Path
) -> None:
    """Each archive is one piece of the chain."""
    for at in (NEW_YEAR - HOUR, NEW_YEAR + HOUR, NEW_YEAR - HOUR, NEW_YEAR + HOUR):
        clock.at = at
        _do(store, clock, 1)
        store.archive.move(LATER)
    assert [row[0] for row in _rows(folder / "archive-2026.db", "SELECT number FROM actions")] == [2, 3]
    assert _whole(store)


def test_an_archive_opens_in_any_sqlite_and_is_its_owners_alone(store: Store, clock: SetClock, folder: Path) -> None:
    """One file without a log beside it, and append-only like the record."""
    _do(store, clock, 3)
    store.archive.move(NEW_YEAR)
    path = folder / "archive-2025.db"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(folder.glob("archive-2025.db?*")) == []
    assert _rows(path, "PRAGMA journal_mode") == [("delete",)]
    for statement in ("UPDATE events SET at = 0", "DELETE FROM events", "DELETE FROM seams", "UPDATE seams SET at = 0"):
        with pytest.raises(sqlite3.IntegrityError, match="are never"):
            _sql(path, statement)
    with pytest.raises(sqlite3.IntegrityError, match="only appended"):
        _sql(path, "INSERT INTO events SELECT 99, number, kind, at, body, prev, hash FROM events WHERE id = 1")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM events WHERE id = 9",
        "DELETE FROM events",
        "INSERT INTO events SELECT 8, number, kind, at, body, prev, hash FROM events WHERE id = 9",
        "INSERT OR REPLACE INTO events SELECT 9, number, kind, at, '{}', prev, hash FROM events WHERE id = 9",
        "UPDATE seams SET last = 12",
        "DELETE FROM seams",
        "INSERT INTO seams SELECT 12, hash, file, at, signature FROM seams",
        "INSERT INTO seams SELECT 7, hash, file, at, signature FROM seams",
        "INSERT OR REPLACE INTO seams SELECT last, hash, 'x', at, signature FROM seams",
        "INSERT INTO seams SELECT id, hash, 'x', at, '' FROM events WHERE id = 12",
    ],
)
def test_the_database_lets_nothing_go_but_what_a_seam_covers(
    store: Store, clock: SetClock, folder: Path, statement: str
) -> None:
    """Seams only grow, at an event that is there, and never take the newest one."""
    _do(store, clock, 3)
    store.archive.move(NEW_YEAR)
    assert _rows(folder / FILE, "SELECT last FROM seams") == [(8,)]
    with pytest.raises(sqlite3.IntegrityError, match=r"events are|seams are"):
        _sql(folder / FILE, statement)
    assert _whole(store)


@pytest.mark.parametrize(
    ("file", "trigger", "statement", "told"),
    [
        (FILE, "", "INSERT INTO seams SELECT id, hash, 'archive-2026.db', 0, '' FROM events WHERE id = 10",
         "the seam after event 10 was not made by slashdock, or with another key"),
        (FILE, "seams_are_not_altered", "UPDATE seams SET file = 'x.db'",
         "the seam after event 8 was not made by slashdock, or with another key"),
        (FILE, "seams_are_not_removed", "DELETE FROM seams", "events 1 to 8 are missing"),
        (FILE, "events_are_not_removed", "DELETE FROM events WHERE id <= 12", "events 9 to 12 are missing"),
        (FILE, "events_are_not_altered", "UPDATE events SET at = 0 WHERE id = 9", "event 9 of action 3 was altered"),
        ("archive-2025.db", "events_are_not_altered", "UPDATE events SET at = 0 WHERE id = 3",
         "archive-2025.db: event 3 of action 1 was altered"),
        ("archive-2025.db", "events_are_not_removed", "DELETE FROM events WHERE id = 8",
         "archive-2025.db: event 8 is missing at the end"),
        ("archive-2025.db", "events_are_not_removed", "DELETE FROM events WHERE id = 2",
         "archive-2025.db: event 2 is missing"),
    ],
)  # fmt: skip
def test_verify_crosses_the_seam(  # noqa: PLR0913, PLR0917 - two fixtures and a case
    store: Store, clock: SetClock, folder: Path, file: str, trigger: str, statement: str, told: str
) -> None:
    """What was done past the triggers on either side is told, with its place."""
    _do(store, clock, 4)
    store.archive.move(NEW_YEAR)
    assert _whole(store)
    _sql(folder / file, *([f"DROP TRIGGER {trigger}"] if trigger else []), statement)
    assert (store.actions.verify() or store.archive.verify()) == told


def test_an_archive_that_is_gone_is_named(store: Store, clock: SetClock, folder: Path) -> None:
    """The record itself is whole; what was in the archive is not there."""
    _do(store, clock, 3)
    store.archive.move(NEW_YEAR)
    (folder / "archive-2025.db").unlink()
    assert store.actions.verify() is None
    assert store.archive.verify() == f"{folder / 'archive-2025.db'} is missing."
    assert store.archive.archived_in(1) is None


def test_another_chain_of_the_same_key_is_not_what_was_moved(store: Store, clock: SetClock, folder: Path) -> None:
    """An archive is anchored by the hash in its seam, not by its own word."""
    _do(store, clock, 3)
    store.archive.move(NEW_YEAR)
    other = Store(folder.parent / "other", SetClock(NEW_YEAR - HOUR), KEY)
    for _ in range(3):
        other.record.outcome(begin(other), status="failed")
    other.archive.move(NEW_YEAR)
    other.close()
    shutil.copy(folder.parent / "other/archive-2025.db", folder / "archive-2025.db")
    assert store.archive.verify() == "archive-2025.db: event 8 is another one than was moved"


def test_a_seam_holds_for_all_that_it_says() -> None:
    """No part of it can be another one under the same signature, nor under another key."""
    seam = Seam(8, "ab", "archive-2025.db", 1.0).signed(KEY)
    assert seam.holds(KEY)
    assert not seam.holds(b"another key")
    others = (("last", 9), ("hash", "cd"), ("file", "x"), ("at", 2.0))
    assert not any(Seam(**{**seam.__dict__, name: value}).holds(KEY) for name, value in others)


def test_an_action_is_found_in_its_archive(store: Store, clock: SetClock) -> None:
    """By its number; what is in the record or nowhere is in none."""
    _do(store, clock, 6)
    store.archive.move(NEW_YEAR + 2 * HOUR)
    found = [store.archive.archived_in(number) for number in (1, 2, 3, 6, 7)]
    assert found == ["archive-2025.db", "archive-2025.db", "archive-2026.db", None, None]


def test_an_altered_record_is_not_archived(store: Store, clock: SetClock, folder: Path) -> None:
    """It stays where it can be seen; no archive takes it."""
    _do(store, clock, 3)
    _sql(folder / FILE, "DROP TRIGGER events_are_not_altered", "UPDATE events SET at = 5 WHERE id = 3")
    with pytest.raises(Unwritable, match="while the record is not whole: event 3 of action 1 was altered"):
        store.archive.move(NEW_YEAR)
    assert list(folder.glob("archive-*")) == []


def test_nothing_is_archived_after_a_seam_that_somebody_else_made(store: Store, clock: SetClock, folder: Path) -> None:
    """Whatever name it gives for a file is not opened."""
    _do(store, clock, 4)
    _sql(folder / FILE, "INSERT INTO seams SELECT id, hash, '../other.db', 0, 'é' FROM events WHERE id = 4")
    with pytest.raises(Unwritable, match="the seam after event 4 was not made by slashdock"):
        store.archive.move(LATER)
    assert store.actions.verify() == "the seam after event 4 was not made by slashdock, or with another key"
    assert store.archive.archived_in(1) is None


def test_an_archive_of_another_record_is_not_written_to(store: Store, clock: SetClock, folder: Path) -> None:
    """What is there already has to be the same; the record keeps its events."""
    _do(store, clock, 3)
    store.archive.move(NEW_YEAR - HOUR)
    (folder / "archive-2025.db").rename(folder / "aside")
    with pytest.raises(Unwritable, match=r"archive-2025\.db is missing"):
        store.archive.move(NEW_YEAR)
    other = Store(folder.parent / "other", SetClock(NEW_YEAR - HOUR), KEY)
    for _ in range(3):
        other.record.outcome(begin(other), status="failed")
    other.archive.move(NEW_YEAR)
    other.close()
    shutil.copy(folder.parent / "other/archive-2025.db", folder)
    with pytest.raises(Unwritable, match=r"archive-2025\.db has another event 5 than the record"):
        store.archive.move(NEW_YEAR)
    (folder / "aside").replace(folder / "archive-2025.db")
    assert store.archive.move(NEW_YEAR).events == EACH
    assert _whole(store)


def test_the_disk_gets_back_what_was_moved(store: Store, clock: SetClock, folder: Path) -> None:
    """Without that the room is used by what comes next."""
    _do(store, clock, 60)
    store.archive.move(clock.at)
    ((before,),) = _rows(folder / FILE, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    store.archive.shrink()
    assert (folder / FILE).stat().st_size < int(str(before)) - ROOM
    assert (folder / f"{FILE}-wal").stat().st_size == 0
    assert begin(store) == 61
    assert _whole(store)


def test_what_is_written_meanwhile_is_neither_lost_nor_doubled(store: Store, folder: Path) -> None:
    """Another process and this one append while everything that has ended is archived, over and over."""
    writer = threading.Thread(target=lambda: end(child(folder, APPEND)))
    writer.start()
    moved = 0
    while writer.is_alive():
        with suppress(Unwritable):
            store.record.outcome(begin(store), status="done")
            moved += store.archive.move(Clock().now() + HOUR).events
    ids = _ids(folder)
    assert ids == list(range(1, len(ids) + 1))
    assert len(ids) - len(_rows(folder / FILE, "SELECT id FROM events")) >= moved > 0
    assert _whole(store)


def test_two_that_archive_at_once_move_everything_once(store: Store, clock: SetClock, folder: Path) -> None:
    """Only one may, by the lock of the folder; but where two do, nothing is lost by it."""
    _do(store, clock, 30)
    second = Store(folder, clock, KEY)
    moved: list[int] = []
    both = [
        threading.Thread(target=lambda s=each: moved.append(s.archive.move(LATER).events)) for each in (store, second)
    ]
    for each in both:
        each.start()
    for each in both:
        each.join()
    second.close()
    assert sum(moved) == 29 * EACH
    assert _ids(folder) == list(range(1, 30 * EACH + 1))
    assert _whole(store)


def test_killed_before_any_effect_the_next_run_finishes(tmp_path: Path, clock: SetClock) -> None:
    """Kill -9 before each statement and each file made: every event is there once, and the chain holds."""
    clock.at = NEW_YEAR - HOUR
    store = Store(tmp_path / "data", clock, KEY)
    _do(store, clock, 3)
    store.close()
    left = set()
    with killer("archive", "archive_file", "seams") as process:
        for effects in count():
            copy = shutil.copytree(tmp_path / "data", tmp_path / str(effects))
            killed = process.killed(effects, MOVE.format(folder=str(copy), now=clock.at, key=KEY))
            assert _ids(copy) == list(range(1, 13))
            again = Store(copy, clock, KEY)
            assert _whole(again)
            left.add(again.archive.move(clock.at).events)
            assert _whole(again)
            again.close()
            assert _ids(copy) == list(range(1, 13))
            if not killed:
                break
    assert left == {8, 4, 0}  # killed before the first year was cut off, before the second, after it


def test_archive_at_the_terminal_moves_what_is_older_than_the_setting(tmp_path: Path) -> None:
    """It says what went where."""
    bot = BotProcess(tmp_path, "unix:///nowhere", {"SLASHDOCK_RETENTION": "30"})
    clock = SetClock(Clock().now() - 31 * DAY)
    store = Store(tmp_path / "data", clock, key.load(tmp_path / "key", tmp_path / "data" / FILE))
    _do(store, clock, 2)
    clock.at = Clock().now()
    _do(store, clock, 1)
    store.close()
    told = bot.run("archive")
    files = sorted(path.name for path in (tmp_path / "data").glob("archive-*"))
    assert (told.returncode, told.stdout) == (0, f"8 events moved to {', '.join(files)} in {tmp_path / 'data'}.\n")


def test_only_one_archives_and_no_bot_beside_it(tmp_path: Path) -> None:
    """Who archives holds the lock of the one bot; where there is no record, none is made."""
    settings = Settings(data=tmp_path / "data", key_file=tmp_path / "key")
    with pytest.raises(Unwritable, match="no record"):
        record_words.archive(settings)
    assert not settings.data.exists()
    Store(settings.data, Clock(), key.load(settings.key_file, settings.data / FILE)).close()
    with Instance(settings.data), pytest.raises(AlreadyRunning):
        record_words.archive(settings)
    assert record_words.archive(settings) == "Nothing that has ended is older than 400 days.\n"
    assert "nothing is ever archived" in record_words.archive(replace(settings, retention=0))
