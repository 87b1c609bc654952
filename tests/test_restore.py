"""`slashdock restore`: a whole backup takes the place of the record, and what was there is kept."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from bot_process import BotProcess
from docker.api.client import APIClient
from harness import KEY
from killing import killer
from offices import DEV, SAM, Offices
from recording import begin, made_older
from set_clock import SetClock

from bot import key, record_words, restore
from bot.backup import backup
from bot.clock import Clock
from bot.copies import Unusable
from bot.dues import Every
from bot.held import State
from bot.jobs import Job
from bot.locks import AlreadyRunning, Instance
from bot.restore import Present
from bot.schedules import Schedules
from bot.settings import Settings
from bot.store import FILE, Store, Unwritable

NEW_YEAR = 1_767_225_600.0  # 2026-01-01T00:00:00Z
LATER = NEW_YEAR + 1e6
KEPT = "before-restore-20260112T134640Z"  # as it is called at LATER
RESTORE = """
from pathlib import Path
from bot import restore
with restore.ready(Path({record!r}), {key!r}, Path({backup!r})) as ready:
    ready.put_in_place({now})
"""


def _do(folder: Path, at: float, times: int, status: str = "done") -> None:
    clock = SetClock(at)
    store = Store(folder, clock, KEY)
    for _ in range(times):
        store.record.outcome(begin(store), status=status)
        clock.at += 1
    store.close()


def _archive(folder: Path, before: float) -> None:
    store = Store(folder, SetClock(LATER), KEY)
    store.archive.move(before)
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with three actions in its record, the first of them archived."""
    _do(tmp_path / "data", NEW_YEAR - 1, 3)
    _archive(tmp_path / "data", NEW_YEAR)
    return tmp_path / "data"


@pytest.fixture
def kept(folder: Path, tmp_path: Path) -> Path:
    """A backup of that, after which two more actions were done and all but the last were archived."""
    (tmp_path / "kept").mkdir()
    backup(folder / FILE, KEY, tmp_path / "kept" / "copy.db")
    _do(folder, NEW_YEAR + 10, 2)
    _archive(folder, LATER)
    return tmp_path / "kept" / "copy.db"


def _restored(folder: Path, kept: Path) -> Present | None:
    with restore.ready(folder / FILE, KEY, kept) as ready:
        ready.put_in_place(LATER)
        return ready.present


def _rows(path: Path, query: str = "SELECT id FROM events ORDER BY id") -> list[object]:
    with closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute(query)]


def _sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


def _whole(folder: Path) -> bool:
    store = Store(folder, Clock(), KEY)
    found = (store.actions.verify(), store.archive.verify())
    store.close()
    return found == (None, None)


def test_what_came_due_since_the_backup_is_not_made_up_for(folder: Path, tmp_path: Path) -> None:
    """It may have been run since, which the backup knows nothing of; the next run comes at its time."""
    now, submitted = time.time(), list[str]()
    clock = SetClock(now - 4200)
    job = replace(Job.own("probe", "ps", Every(3600, int(clock.at), "UTC")), since=clock.at)

    def look(at: float) -> int:
        clock.at = at
        store = Store(folder, clock, KEY)
        Schedules(lambda: [job], store, clock, lambda _job, asked, _ended: submitted.append(asked.delivery)).tick()
        store.close()
        return len(submitted)

    assert look(now - 4200) == 0
    copy = tmp_path / "copy.db"
    backup(folder / FILE, KEY, copy)
    assert look(now - 600) == 1
    _restored(folder, copy)
    assert look(now + 60) == 1
    assert look(now + 3000) == 2


def test_a_backup_takes_the_place_of_the_record(folder: Path, kept: Path) -> None:
    """What came after it is counted and kept, with its archives; what comes now is archived as ever."""
    assert _restored(folder, kept) == Present(2, 8, NEW_YEAR + 11)
    assert _rows(folder / FILE) == list(range(5, 13))
    assert _rows(folder / f"{FILE}.{KEPT}") == list(range(17, 21))
    assert _rows(folder / "archive-2025.db") == list(range(1, 5))
    assert _rows(folder / f"archive-2026.db.{KEPT}") == list(range(5, 17))
    assert not (folder / "archive-2026.db").exists()
    assert _whole(folder)
    _do(folder, NEW_YEAR + 20, 2, "failed")
    _archive(folder, LATER)
    assert _rows(folder / "archive-2026.db") == list(range(5, 17))
    assert _whole(folder)


def test_an_archive_that_grew_after_the_backup_ends_where_the_backup_says(folder: Path, kept: Path) -> None:
    """Else what is done from now on would not fit to it; all of it is kept."""
    later = kept.with_name("later.db")
    backup(folder / FILE, KEY, later)
    _do(folder, NEW_YEAR + 20, 2)
    _archive(folder, LATER)
    _restored(folder, later)
    assert _rows(folder / "archive-2026.db") == list(range(5, 17))
    assert _rows(folder / f"archive-2026.db.{KEPT}") == list(range(5, 25))
    _do(folder, NEW_YEAR + 30, 2, "failed")
    _archive(folder, LATER)
    assert _whole(folder)


def test_what_waited_is_not_done_once_more(office: Offices, api: APIClient, tmp_path: Path) -> None:
    """It was agreed to when the backup was made, and done since; whoever asked is told what to do."""
    rules = '[[require]]\nverbs = ["act"]\napprove = "second"\n'
    bench = office(rules)
    agreed, waits = (bench.say(f"restart -t 0 {name}", DEV, channel="C0OPS").number or 0 for name in ("web", "worker"))
    asked = bench.store.approvals.get(agreed)
    assert asked is not None
    bench.say(f"approval approve {agreed} --digest {asked.digest}", SAM)
    backup(bench.folder / FILE, KEY, tmp_path / "copy.db")
    bench.pipeline.resume(agreed)
    started = api.inspect_container("web")["State"]["StartedAt"]
    office.close()
    _restored(bench.folder, tmp_path / "copy.db")
    bench = office(rules)
    assert bench.pipeline.resume(agreed) is None
    assert api.inspect_container("web")["State"]["StartedAt"] == started
    states = [(each.number, each.state, "ask again" in each.why) for each in bench.store.approvals.listed()]
    assert states == [(waits, State.SUPERSEDED, True), (agreed, State.SUPERSEDED, True)]
    assert {waits, agreed} <= {each.number for each in bench.store.undelivered.due()}
    assert bench.store.actions.verify() is None


def test_what_was_there_can_be_had_back(folder: Path, kept: Path) -> None:
    """The files that were kept are all that it takes."""
    _restored(folder, kept)
    for path in folder.glob(f"*.{KEPT}"):
        path.replace(path.with_name(path.name.removesuffix(f".{KEPT}")))
    assert _rows(folder / FILE) == list(range(17, 21))
    assert _whole(folder)


def test_a_backup_is_restored_where_nothing_is(tmp_path: Path, kept: Path) -> None:
    """On another machine: the archives come from beside it."""
    assert _restored(tmp_path / "new", kept) is None
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["archive-2025.db", FILE, "start.lock"]
    assert {path.stat().st_mode & 0o77 for path in (tmp_path / "new").iterdir()} == {0}
    assert _rows(tmp_path / "new/archive-2025.db") == list(range(1, 5))
    assert _whole(tmp_path / "new")


def test_an_archive_that_is_nowhere_is_told(folder: Path, tmp_path: Path, kept: Path) -> None:
    """The record is of use without it; a broken one here is replaced by the one beside the backup, and kept."""
    (folder / "archive-2025.db").write_bytes(b"no database" * 500)
    _restored(folder, kept)
    assert (folder / f"archive-2025.db.{KEPT}").read_bytes().startswith(b"no database")
    assert _whole(folder)
    kept.with_name("archive-2025.db").unlink()
    with restore.ready(tmp_path / "new" / FILE, KEY, kept) as ready:
        assert ready.lacking == (f"{tmp_path / 'new' / 'archive-2025.db'} is missing.",)


def test_nothing_is_replaced_before_it_is_put_in_place(folder: Path, kept: Path) -> None:
    """Whoever only looks leaves no trace."""
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with restore.ready(folder / FILE, KEY, kept) as ready:
        assert ready.contents.actions == 2
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) <= {"start.lock", f"{FILE}-wal", f"{FILE}-shm"}  # SQLite's, of whoever reads


def test_a_record_of_another_history_is_told_apart(folder: Path, kept: Path) -> None:
    """All of its actions would go, not only the newer ones."""
    shutil.rmtree(folder)
    _do(folder, NEW_YEAR, 4, "failed")
    assert _restored(folder, kept) == Present(4, 16, NEW_YEAR + 3, earlier=False)
    assert _restored(folder, kept) == Present(0, 0, NEW_YEAR + 1)


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (("DROP TRIGGER events_are_not_altered", "UPDATE events SET at = 0 WHERE id = 9"),
         "event 9 of action 3 was altered"),
        (("DROP TRIGGER events_are_not_removed", "DELETE FROM events WHERE id = 12"), "event 12 is missing at the end"),
        (("DROP TRIGGER seams_are_not_altered", "UPDATE seams SET at = 0"), "the seam after event 4 was not made by"),
        (("DROP TABLE events",), "holds no record of slashdock"),
        (("PRAGMA user_version = 999",), "was written by a newer slashdock"),
    ],
)  # fmt: skip
def test_a_broken_backup_is_refused(folder: Path, kept: Path, statements: tuple[str, ...], told: str) -> None:
    """The record stays as it was, and no copy is left beside it."""
    _sql(kept, *statements)
    with pytest.raises(Unusable, match=told):
        _restored(folder, kept)
    assert _rows(folder / FILE) == list(range(17, 21))
    assert list(folder.glob(".*")) == []


def test_a_backup_of_an_older_slashdock_is_migrated_at_the_next_start(folder: Path, kept: Path) -> None:
    """It was made before there were seams."""
    shutil.rmtree(folder)
    _do(folder, NEW_YEAR, 2)
    made_older(folder / FILE, 6)
    kept.unlink()
    backup(folder / FILE, KEY, kept)
    shutil.rmtree(folder)
    _restored(folder, kept)
    _do(folder, NEW_YEAR, 1)
    _archive(folder, LATER)
    assert _rows(folder / FILE) == [9, 10, 11, 12]
    assert _whole(folder)


@pytest.mark.parametrize("spoilt", [b"", b"no database" * 500, None])
def test_a_file_that_is_no_record_is_refused(folder: Path, kept: Path, spoilt: bytes | None) -> None:
    """Empty, something else, or damaged in the middle."""
    whole = kept.read_bytes()
    kept.write_bytes(whole[:8192] + b"\xff" * 8192 + whole[16384:] if spoilt is None else spoilt)
    with pytest.raises(Unusable, match=r"copy\.db"):
        _restored(folder, kept)
    assert _rows(folder / FILE) == list(range(17, 21))


def test_a_backup_of_another_key_is_refused(folder: Path, kept: Path) -> None:
    """The sentence says that it may be the key."""
    told = "or it was made with another key than the one here"
    with pytest.raises(Unusable, match=told), restore.ready(folder / FILE, b"another key", kept):
        pass


def test_a_damaged_record_is_replaced_and_kept_with_its_log(folder: Path, kept: Path) -> None:
    """What cannot be read any more is nothing that keeps the backup away; its log is never read into that."""
    (folder / FILE).write_bytes(b"no database" * 500)
    (folder / f"{FILE}-wal").write_bytes(b"no log" * 500)
    assert _restored(folder, kept) == Present(None)
    assert (folder / f"{FILE}.{KEPT}").read_bytes() == b"no database" * 500
    assert (folder / f"{FILE}.{KEPT}-wal").read_bytes() == b"no log" * 500
    assert _whole(folder)


def test_what_is_still_in_the_log_is_kept(folder: Path, kept: Path) -> None:
    """A bot that was killed has its newest events there alone."""
    store = Store(folder, Clock(), KEY)
    begin(store)
    folder = shutil.copytree(folder, folder.with_name("killed"))
    store.close()
    assert (folder / f"{FILE}-wal").stat().st_size > 0
    present = _restored(folder, kept)
    assert present is not None
    assert (present.actions, present.events) == (3, 11)
    assert _rows(folder / f"{FILE}.{KEPT}") == list(range(17, 24))
    assert _whole(folder)


def test_nothing_is_restored_while_somebody_uses_the_record(folder: Path, kept: Path) -> None:
    """A bot, a `slashdock exec`, another program."""
    with Instance(folder), pytest.raises(AlreadyRunning, match="Another slashdock runs"):
        _restored(folder, kept)
    store = Store(folder, Clock(), KEY)
    begin(store)
    with pytest.raises(AlreadyRunning, match="Another slashdock works"):
        _restored(folder, kept)
    store.close()
    with closing(sqlite3.connect(folder / FILE)) as other:
        other.execute("SELECT count(*) FROM events").fetchone()
        with pytest.raises(Unwritable, match="cannot be set aside: database is locked"):
            _restored(folder, kept)
    assert _rows(folder / FILE)[-1] == 23


def test_a_process_that_had_it_open_writes_nothing_into_the_new_one(folder: Path, kept: Path) -> None:
    """Whoever comes to it by a way that no lock shows is refused by the file's identity."""
    store = Store(folder, Clock(), KEY)
    shutil.copy(kept, folder / "fresh")
    (folder / "fresh").replace(folder / FILE)
    with pytest.raises(Unwritable, match="removed or replaced"):
        begin(store)
    store.close()


def test_killed_before_any_effect_one_of_the_two_is_the_record(folder: Path, kept: Path) -> None:
    """Kill -9 before each statement and each rename: what is there is whole, and the same said again ends it."""
    seen = set()
    with killer("restore", "copies", "archive_file") as process:
        for effects in count():
            there = shutil.copytree(folder, folder.with_name(str(effects)))
            work = RESTORE.format(record=str(there / FILE), backup=str(kept), now=LATER, key=KEY)
            killed = process.killed(effects, work)
            seen.add(tuple(_rows(there / FILE)))
            assert _whole(there)
            _restored(there, kept)
            assert _rows(there / FILE) == list(range(5, 13))
            assert [_rows(path) for path in there.glob(f"{FILE}.{KEPT}")].count(list(range(17, 21))) == 1
            assert list(there.glob(".*")) == []
            assert not (there / "archive-2026.db").exists()
            assert _whole(there)
            if not killed:
                break
    assert seen == {tuple(range(17, 21)), tuple(range(5, 13))}


def test_restore_at_the_terminal_wants_a_yes(tmp_path: Path) -> None:
    """It says first what would be lost."""
    record, settings = tmp_path / "data" / FILE, Settings(data=tmp_path / "data", key_file=tmp_path / "key")
    store = Store(settings.data, SetClock(NEW_YEAR), key.load(settings.key_file, record))
    begin(store)
    backup(record, key.load(settings.key_file, record), tmp_path / "copy.db")
    begin(store)
    store.close()
    asked = BotProcess(tmp_path, "unix:///nowhere").run("restore", "copy.db")
    assert asked.returncode == 4, asked.stderr
    assert asked.stdout.splitlines() == [
        "copy.db: 1 action, the newest of 2026-01-01T00:00:00.000Z; whole.",
        f"{record} has 1 action and 3 events more, the newest of 2026-01-01T00:00:00.000Z.",
        "Nothing was replaced. To go on, add --yes; what is there now is kept beside it.",
    ]
    assert len(_rows(record)) == 6
    told, code = record_words.restored(settings, tmp_path / "copy.db", sure=True)
    (beside,) = settings.data.glob(f"{FILE}.before-restore-*")
    ended = [f"Kept as {beside}.", f"It is the record in {settings.data} now."]
    assert (code, told.splitlines()[2:]) == (0, ended)
    assert (len(_rows(record)), len(_rows(beside))) == (3, 6)


def test_a_key_that_is_gone_is_not_made_anew_for_a_backup(tmp_path: Path, kept: Path) -> None:
    """It has to be the one that the backup was made with; a backup that is not there needs none."""
    settings = Settings(data=tmp_path / "new", key_file=tmp_path / "key")
    with pytest.raises(Unwritable, match=r"is gone, and .*copy\.db was sealed with it"):
        record_words.restored(settings, kept, sure=True)
    with pytest.raises(Unusable, match="is not there"):
        record_words.restored(settings, tmp_path / "other.db", sure=True)
    assert not settings.key_file.exists()
