"""The record on a disk that fails: what cannot be written down is refused with a sentence, never lost in silence."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from harness import KEY
from recording import WEB, begin, intend, receive

from bot.clock import Clock
from bot.emergency import Emergency
from bot.store import FILE, Store, Unwritable
from commands.cleanup.memory import Ran, Taken
from commands.cleanup.policy import Policy

WRITES: list[Callable[[Store], object]] = [
    receive,
    lambda store: store.record.refuse(1, status="denied", reason="", line="", verb="", person=""),
    begin,
    lambda store: store.record.outcome(1, status="done"),
    lambda store: store.runs.claim("cleanup", 1.0),
    lambda store: store.buttons.remember("restart web", "local", "Restart"),
    lambda store: store.buttons.once("image prune -f", "local"),
    lambda store: store.buttons.press("0", 1),
    lambda store: store.sights.first("local", "image", ["a"]),
    lambda store: store.sights.used("local", "image", {"a": 1.0}, ["a"]),
    lambda store: store.sights.hear("local", {"a": 1.0}, ["b"], 1.0),
    lambda store: store.sights.forget("local", ["a"]),
    lambda store: store.sights.at_engine("local", "a"),
    lambda store: store.cleanups.keep(Policy("weekly", ("images",)), "ada"),
    lambda store: store.cleanups.note(Ran("weekly")),
    lambda store: store.cleanups.taking(1, 0, Taken("network", "1", "lan", {})),
    lambda store: store.cleanups.turn_on(Policy("weekly", ("images",)), "ada"),
]
MANY = 200  # actions; far more than a small disk holds


@contextmanager
def _mounted(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for little more than the record."""
    with _mounted(tmp_path / "disk", "768k") as folder:
        yield folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A record on a disk without a fault, with one action under way."""
    made = Store(tmp_path, Clock(), KEY)
    begin(made)
    yield made
    made.close()


def _fill(folder: Path) -> None:
    """Take the last byte of the disk."""
    block = 65_536
    with (folder / "filler").open("ab", buffering=0) as filler:
        while block:
            try:
                if filler.write(b"x" * block) < block:
                    block //= 2
            except OSError:
                block //= 2


def _work_on(store: Store) -> None:
    for _ in range(MANY):
        store.record.outcome(begin(store), status="done")


def test_a_full_disk_refuses_every_action(small_disk: Path) -> None:
    """Nothing is begun that could not be written down, and what was written stays readable."""
    store = Store(small_disk, Clock(), KEY)
    store.record.outcome(begin(store), status="done")
    _fill(small_disk)
    with pytest.raises(Unwritable, match=r"is full|no room left"):
        _work_on(store)
    done = store.actions.listed({"status": ("done",)}, MANY)
    assert 0 < len(done) < MANY
    assert store.actions.verify() is None
    store.close()


def test_what_was_begun_before_the_disk_was_full_gets_its_outcome(tmp_path: Path) -> None:
    """Room is kept for the end of what was begun; the next intent waits until there is such room again."""
    with _mounted(tmp_path / "disk", "1m") as disk:
        store = Store(disk, Clock(), KEY)
        begun = [begin(store) for _ in range(3)]
        _fill(disk)
        for number in begun:
            store.record.outcome(number, status="done")
        assert [row["status"] for row in store.actions.listed({}, 10)] == ["done"] * 3
        assert not (disk / "reserve").exists()
        _fill(disk)
        with pytest.raises(Unwritable, match=r"is full|no room left"):
            begin(store)
        (disk / "filler").unlink()
        store.record.outcome(begin(store), status="done")
        assert (disk / "reserve").exists()
        store.close()


@pytest.fixture
def cramped(tmp_path: Path) -> Iterator[tuple[Store, Path]]:
    """A record, and the small disk that it lies on."""
    with _mounted(tmp_path / "disk", "1m") as disk:
        made = Store(disk, Clock(), KEY)
        yield made, disk
        made.close()


def _make_room(disk: Path) -> None:
    (disk / "filler").unlink()


def _take_all(disk: Path) -> None:
    """Take the last byte of the disk, and what was held back as well."""
    with suppress(FileNotFoundError):
        (disk / "reserve").unlink()
    _fill(disk)


def _refuse(store: Store, number: int) -> None:
    store.record.refuse(number, status="denied", reason="no rule", line="rm web", verb="container rm", person="bob")


ENDS: dict[str, Callable[[Store, int], None]] = {
    "denied": _refuse,
    "failed": intend,
    "done": lambda store, number: store.record.outcome(number, status="done", exit_code=0, details={"ids": ["a"]}),
}


@pytest.mark.parametrize("status", ENDS)
def test_an_end_that_could_not_be_written_is_written_with_what_comes_next(
    cramped: tuple[Store, Path], status: str
) -> None:
    """The refusal, the intent that came to nothing or the real outcome: one end each, before what comes next."""
    store, disk = cramped
    number = begin(store) if status == "done" else receive(store)
    _take_all(disk)
    for _ in range(2):
        with pytest.raises(Unwritable):
            ENDS[status](store, number)
    assert [row["status"] for row in store.actions.listed({}, 9)] == ["running" if status == "done" else "received"]
    _make_room(disk)
    following = receive(store)
    assert [row["status"] for row in store.actions.listed({}, 9)] == ["received", status]
    action, after = store.actions.get(number), store.actions.get(following)
    assert action is not None
    assert after is not None
    assert [event["kind"] for event in action["events"]].count("outcome") == 1
    assert action["events"][-1]["id"] < after["events"][0]["id"]
    assert store.actions.verify() is None


def test_an_intent_that_could_not_be_written_says_so_and_on_what(cramped: tuple[Store, Path]) -> None:
    """Nothing was done, and the record tells what was meant, by whom and why not."""
    store, disk = cramped
    number = receive(store)
    _take_all(disk)
    with pytest.raises(Unwritable):
        intend(store, number)
    _make_room(disk)
    receive(store)
    row = store.actions.listed({"status": ("failed",)}, 9)[0]
    assert row["error"].startswith("This could not be written down first, so nothing was done: the disk under ")
    assert (row["number"], row["verb"], row["person"], row["targets"]) == (number, "container restart", "alice", [WEB])
    assert row["verdict"] != "allow"


def test_a_button_can_be_pressed_again_once_there_is_room(cramped: tuple[Store, Path]) -> None:
    """The press was written and the intent was not: nothing was done, so the button is not used up."""
    store, disk = cramped
    button, number = store.buttons.once("image prune -f", "local"), receive(store)
    store.buttons.press(button, number)
    _take_all(disk)
    with pytest.raises(Unwritable):
        intend(store, number)
    _make_room(disk)
    again = receive(store)
    assert store.buttons.press(button, again) is None
    intend(store, again)
    assert store.buttons.press(button, receive(store)) is not None


@pytest.mark.parametrize("room", [True, False])
def test_what_is_owed_is_written_when_the_record_is_closed(tmp_path: Path, *, room: bool) -> None:
    """Nobody need come first. Without room the next start learns what was done; of what was not, as after a crash."""
    with _mounted(tmp_path / "disk", "1m") as disk:
        store = Store(disk, Clock(), KEY)
        numbers = [receive(store), begin(store)]
        _take_all(disk)
        for number, end in zip(numbers, ("denied", "done"), strict=True):
            with pytest.raises(Unwritable):
                ENDS[end](store, number)
        if room:
            _make_room(disk)
        store.close()
        (disk / "filler").unlink(missing_ok=True)
        again = Store(disk, Clock(), KEY)
        left = [action["number"] for action in again.record.unfinished()]
        statuses = [row["status"] for row in again.actions.listed({}, 9)]
        assert (left, statuses) == (([], ["done", "denied"]) if room else (numbers[:1], ["done", "received"]))
        assert again.actions.verify() is None
        again.close()


def test_no_record_is_opened_on_a_full_disk(small_disk: Path) -> None:
    """The bot does not start where it could write nothing."""
    _fill(small_disk)
    with pytest.raises(Unwritable, match=r"Make room there|No space left"):
        Store(small_disk, Clock(), KEY)


def test_a_record_that_is_opened_on_a_disk_that_became_full_says_so(tmp_path: Path) -> None:
    """SQLite itself calls that an I/O error, which would send somebody to look for a broken disk."""
    with _mounted(tmp_path / "disk", "1m") as disk:
        store = Store(disk, Clock(), KEY)
        store.record.outcome(begin(store), status="done")
        store.close()
        _fill(disk)
        with pytest.raises(Unwritable) as refused:
            Store(disk, Clock(), KEY)
        assert str(refused.value) == f"the disk under {disk} is full. Make room there."
        (disk / "filler").unlink()
        Store(disk, Clock(), KEY).close()


def test_a_read_only_disk_is_refused(small_disk: Path) -> None:
    """The bot does not start on a disk that takes nothing."""
    store = Store(small_disk, Clock(), KEY)
    begin(store)
    store.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(Unwritable, match=r"read-only|Read-only"):
        Store(small_disk, Clock(), KEY)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("replaced", [False, True])
def test_a_removed_or_replaced_file_refuses_every_write(
    store: Store, tmp_path: Path, write: Callable[[Store], object], *, replaced: bool
) -> None:
    """SQLite would go on writing into a file that nobody will ever see again."""
    (tmp_path / FILE).rename(tmp_path / "aside")
    if replaced:
        shutil.copy(tmp_path / "aside", tmp_path / FILE)
    with pytest.raises(Unwritable, match="removed or replaced"):
        write(store)


def test_a_file_that_is_away_is_not_made_anew(store: Store, tmp_path: Path) -> None:
    """Beside an empty one SQLite would remove the log, in which the newest events are: nobody opens it meanwhile."""
    number, log = begin(store), tmp_path / f"{FILE}-wal"
    busy = [store._file._take() for _ in range(1 + len(store._file._idle))]  # who comes next needs a new connection
    (tmp_path / FILE).rename(tmp_path / "aside")
    before = log.read_bytes()
    with pytest.raises(Unwritable, match="removed or replaced"):
        store.actions.get(number)
    assert not (tmp_path / FILE).exists()
    assert log.read_bytes() == before
    (tmp_path / "aside").rename(tmp_path / FILE)
    for each in busy:
        store._file._give(each)
    assert store.actions.get(number) is not None
    assert store.actions.verify() is None


def test_a_file_that_is_put_back_takes_writes_again(store: Store, tmp_path: Path) -> None:
    """It is the file that counts, not that it was away."""
    (tmp_path / FILE).rename(tmp_path / "aside")
    with pytest.raises(Unwritable):
        begin(store)
    (tmp_path / "aside").rename(tmp_path / FILE)
    begin(store)
    assert store.actions.verify() is None


def test_a_removed_log_refuses_writes(store: Store, tmp_path: Path) -> None:
    """The newest events are in the write-ahead log: without it they would be lost with the process."""
    (tmp_path / f"{FILE}-wal").unlink()
    with pytest.raises(Unwritable, match="removed or replaced"):
        begin(store)


@pytest.mark.parametrize("write", [WRITES[0], WRITES[-1]])
def test_a_file_that_stays_locked_refuses_every_write(
    store: Store, tmp_path: Path, write: Callable[[Store], object]
) -> None:
    """Another program that holds the file gets two seconds, then the action is refused and nothing of it is written."""
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    before = store.actions.listed({}, 10)
    with pytest.raises(Unwritable, match="locked for 2 s"):
        write(store)
    assert store.actions.listed({}, 10) == before
    other.execute("ROLLBACK")
    other.close()
    write(store)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """The sentence names the file and what to do."""
    (tmp_path / FILE).write_bytes(b"not a database at all" * 500)
    with pytest.raises(Unwritable, match=rf"{FILE} is damaged.*restore a copy"):
        Store(tmp_path, Clock(), KEY)


def test_a_damaged_file_is_refused_when_it_is_opened(tmp_path: Path) -> None:
    """SQLite itself would accept further rows."""
    store = Store(tmp_path, Clock(), KEY)
    for _ in range(50):
        store.record.outcome(begin(store), status="done")
    store.close()
    page, pages = 4096, (tmp_path / FILE).stat().st_size // 4096
    with (tmp_path / FILE).open("r+b") as file:
        for number in range(4, pages):
            file.seek(number * page)
            file.write(b"\xff" * page)
    with pytest.raises(Unwritable, match="is damaged"):
        Store(tmp_path, Clock(), KEY)


def test_a_file_of_a_newer_slashdock_is_refused(tmp_path: Path) -> None:
    """An older program must not write by rules that it does not know."""
    Store(tmp_path, Clock(), KEY).close()
    db = sqlite3.connect(tmp_path / FILE)
    db.execute("PRAGMA user_version = 999")
    db.close()
    with pytest.raises(Unwritable, match="newer slashdock"):
        Store(tmp_path, Clock(), KEY)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "data").touch()
    with pytest.raises(Unwritable, match="cannot be used"):
        Store(tmp_path / "data", Clock(), KEY)


def test_an_outcome_survives_a_kill_on_a_disk_that_takes_nothing(tmp_path: Path) -> None:
    """Even the room that was held back is gone: it lies in the emergency file, and the next start writes it down."""
    with _mounted(tmp_path / "disk", "1m") as disk:
        store = Store(disk, Clock(), KEY)
        number = begin(store)
        _take_all(disk)
        with pytest.raises(Unwritable):
            store.record.outcome(number, status="done", exit_code=7)
        assert store.journal.wrong == "what became of 1 actions could not be written down yet"
        with pytest.raises(Unwritable):
            receive(store)
        _make_room(disk)
        again = Store(disk, Clock(), KEY)  # the first one is as if killed: it never closes
        found = again.actions.get(number)
        assert found is not None
        assert (found["status"], found["exit_code"]) == ("done", 7)
        assert again.record.unfinished() == []
        assert again.actions.verify() is None
        again.close()
        third = Store(disk, Clock(), KEY)
        assert [row["status"] for row in third.actions.listed({}, 9)] == ["done"]
        third.close()


def test_an_emergency_file_of_somebody_else_is_not_read(tmp_path: Path) -> None:
    """Whoever can write there without the key adds nothing to the record."""
    store = Store(tmp_path, Clock(), KEY)
    number = begin(store)
    emergency = Emergency(tmp_path, b"x" * 32)
    kept = emergency.keep({"number": number, "at": 1.0, "events": [["outcome", {"status": "done", "error": ""}]],
                           "made": [], "due": None})  # fmt: skip
    assert kept == tmp_path / "outcomes"
    again = Store(tmp_path, Clock(), KEY)
    assert [row["status"] for row in again.actions.listed({}, 9)] == ["running"]
    again.close()
    store.close()


def test_an_outcome_that_was_written_after_all_is_written_once(tmp_path: Path) -> None:
    """It is owed by the process and lies in the file: the process lives and writes it, and clears the file."""
    with _mounted(tmp_path / "disk", "1m") as disk:
        store = Store(disk, Clock(), KEY)
        number = begin(store)
        _take_all(disk)
        with pytest.raises(Unwritable):
            store.record.outcome(number, status="done")
        _make_room(disk)
        receive(store)
        store.close()
        again = Store(disk, Clock(), KEY)
        found = again.actions.get(number)
        assert found is not None
        assert [event["kind"] for event in found["events"]].count("outcome") == 1
        again.close()


def test_what_waits_for_a_slow_disk_is_told_so_and_an_end_waits_longer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other program is to blame for what slashdock itself is writing, and what was done gets its outcome."""
    monkeypatch.setattr("bot.database.BUSY", 0.05)
    number, took = begin(store), threading.Event()
    ended = threading.Thread(target=lambda: store.record.outcome(number, status="done"))
    with store._file.writing():
        with pytest.raises(Unwritable, match="is slow"):
            begin(store)
        ended.start()
        took.wait(0.2)
    ended.join()
    assert store.actions.listed({}, 1)[0]["status"] == "done"
