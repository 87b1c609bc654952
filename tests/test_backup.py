"""`slashdock backup`: a file that is there whole or not at all, made while others write."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from bot_process import BotProcess
from harness import KEY
from recording import begin, child, end, intend, made_older, receive
from set_clock import SetClock

from bot import key
from bot.backup import Backup, backup
from bot.clock import Clock
from bot.copies import Unusable
from bot.store import FILE, Store

NEW_YEAR = 1_767_225_600.0  # 2026-01-01T00:00:00Z
LATER = NEW_YEAR + 1e6
APPEND = """
from contextlib import suppress
from bot.store import Unwritable
for _ in range(60):
    with suppress(Unwritable):
        store.record.outcome(begin(store), status='done')
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with three actions of two years in its record."""
    clock = SetClock(NEW_YEAR - 1)
    store = Store(tmp_path / "data", clock, KEY)
    for _ in range(3):
        store.record.outcome(begin(store), status="done")
        clock.at += 1
    store.close()
    (tmp_path / "kept").mkdir()
    return tmp_path / "data"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The file that a backup is to make."""
    return tmp_path / "kept" / "copy.db"


def _made(folder: Path, to: Path) -> Backup:
    return backup(folder / FILE, KEY, to)


def _events(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT * FROM events ORDER BY id").fetchall()


def _sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


def _archive(folder: Path, before: float) -> None:
    store = Store(folder, SetClock(LATER), KEY)
    store.archive.move(before)
    store.close()


def test_a_backup_is_one_file_that_holds_what_was_committed(folder: Path, kept: Path) -> None:
    """What is still in the log of a running bot is in it, and nobody else can read it."""
    store = Store(folder, Clock(), KEY)
    begin(store)
    made = _made(folder, kept)
    assert _events(kept) == _events(folder / FILE)
    store.close()
    assert (made.contents.actions, made.contents.last, made.archives, made.lacking) == (4, 15, (), ())
    assert [path.name for path in kept.parent.iterdir()] == ["copy.db"]
    assert kept.stat().st_mode & 0o777 == 0o600


def test_backups_are_whole_while_others_write(folder: Path, kept: Path) -> None:
    """Each is a beginning of what the record becomes: nothing in it is torn, nothing of it is lost later."""
    store = Store(folder, Clock(), KEY)
    writers = [
        threading.Thread(target=lambda: end(child(folder, APPEND))),
        threading.Thread(target=lambda: [begin(store) for _ in range(60)]),
    ]
    for writer in writers:
        writer.start()
    made = 0
    while any(writer.is_alive() for writer in writers):
        _made(folder, kept.with_name(f"{made}.db"))
        made += 1
    events = _events(folder / FILE)
    copies = [_events(kept.with_name(f"{number}.db")) for number in range(made)]
    assert all(copy == events[: len(copy)] for copy in copies)
    assert len({len(copy) for copy in copies}) > 2
    assert store.actions.verify() is None
    store.close()


def test_archives_are_brought_up_to_date_beside_it(folder: Path, kept: Path) -> None:
    """Backups of one folder share them: what is there already is not copied again, and has to be the same."""
    for before, archives in ((NEW_YEAR, ("archive-2025.db",)), (LATER, ("archive-2025.db", "archive-2026.db"))):
        _archive(folder, before)
        assert _made(folder, kept.with_name(f"{before}.db")).archives == archives
        assert [_events(kept.parent / name) for name in archives] == [_events(folder / name) for name in archives]
        assert {(kept.parent / name).stat().st_mode & 0o777 for name in archives} == {0o600}


def test_an_archive_that_cannot_be_copied_is_named(folder: Path, kept: Path, tmp_path: Path) -> None:
    """The rest is copied; of another record's archive nothing is touched."""
    _archive(folder, LATER)
    other = Store(tmp_path / "other", SetClock(NEW_YEAR - 1), KEY)
    intend(other, receive(other, "ps"), person="bob")
    other.record.outcome(1, status="failed")
    begin(other)
    other.archive.move(LATER)
    other.close()
    (tmp_path / "other/archive-2025.db").rename(kept.with_name("archive-2025.db"))
    before = _events(kept.with_name("archive-2025.db"))
    (folder / "archive-2026.db").unlink()
    made = _made(folder, kept)
    assert made.archives == ()
    assert made.lacking[0].startswith(f"{kept.with_name('archive-2025.db')} has another event 4 than the record.")
    assert made.lacking[1] == f"{folder / 'archive-2026.db'} is missing."
    assert _events(kept.with_name("archive-2025.db")) == before
    assert len(_events(kept)) == 4


def test_nothing_is_written_over(folder: Path, kept: Path) -> None:
    """Not even another backup."""
    kept.write_text("mine")
    link = kept.with_name("link.db")
    link.symlink_to(kept.with_name("nothing"))  # as a file that comes while the copy is made
    for to in (kept, link):
        with pytest.raises(Unusable, match="is there already"):
            _made(folder, to)
    assert (kept.read_text(), link.is_symlink(), len(list(kept.parent.iterdir()))) == ("mine", True, 2)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE events SET at = 5 WHERE id = 3", "is not whole: event 3 of action 1 was altered; or it was made with"),
        ("DELETE FROM events WHERE id > 6", "is not whole: events 7 to 12 are missing at the end"),
    ],
)
def test_what_is_not_whole_is_no_backup(folder: Path, kept: Path, statement: str, told: str) -> None:
    """Nothing is left of it."""
    _sql(folder / FILE, *(f"DROP TRIGGER events_are_not_{what}" for what in ("altered", "removed")), statement)
    with pytest.raises(Unusable, match=told):
        _made(folder, kept)
    assert list(kept.parent.iterdir()) == []


def test_a_backup_of_an_older_schema_is_not_migrated(folder: Path, kept: Path) -> None:
    """Made before an upgrade, it still is what the older slashdock reads."""
    made_older(folder / FILE, 6)
    assert _made(folder, kept).contents.last == 12
    with closing(sqlite3.connect(kept)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (6,)


@pytest.mark.parametrize("to", ["nowhere/copy.db", "/proc/copy.db"])
def test_a_folder_that_takes_no_file_is_told(folder: Path, tmp_path: Path, to: str) -> None:
    """With what the system says."""
    with pytest.raises(Unusable, match="cannot be written: No such file"):
        _made(folder, tmp_path / to)


def test_backup_at_the_terminal_says_what_else_to_keep(tmp_path: Path) -> None:
    """Beside a bot that has the record open; the key is never in it."""
    bot = BotProcess(tmp_path, "unix:///nowhere")
    store = Store(tmp_path / "data", SetClock(NEW_YEAR), key.load(tmp_path / "key", tmp_path / "data" / FILE))
    begin(store)
    told = bot.run("backup", "copy.db")
    store.close()
    assert told.returncode == 0, told.stderr
    assert told.stdout == (
        "copy.db: 1 action, the newest of 2026-01-01T00:00:00.000Z; whole.\n"
        f"Not in it: the key {tmp_path / 'key'}. Without that the backup is of no use; keep a copy somewhere else.\n"
    )
    assert (tmp_path / "key").read_bytes().strip() not in (tmp_path / "copy.db").read_bytes()
