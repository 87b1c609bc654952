"""Those who write at the same time share a commit, and none has another one's fault."""

from __future__ import annotations

import signal
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from eventually import eventually
from sqlite_utils import Database

from bot.database import Sqlite, Unwritable
from bot.together import Company


class _OwnFaultError(Exception):
    """Of one who writes."""


def _file(folder: Path) -> Sqlite:
    file = Sqlite(folder / "file.db")
    with file.writing() as db:
        db.execute("CREATE TABLE told (who INTEGER PRIMARY KEY)")
    return file


def _tell(file: Sqlite, who: int, then: Callable[[], object] = lambda: None) -> None:
    with file.writing() as db:
        db.execute("INSERT INTO told VALUES (?)", (who,))
        then()


def _told(file: Sqlite) -> list[int]:
    with file.reading() as db:
        return [row[0] for row in db.execute("SELECT who FROM told ORDER BY who")]


def _all_wait(file: Sqlite, count: int) -> None:
    eventually(lambda: len(file._together._queue) == count)


def _fail() -> None:
    raise _OwnFaultError


def test_those_who_wait_share_one_commit(tmp_path: Path) -> None:
    """Whoever has the turn lets them in, in the order in which they came."""
    file, commits, order = _file(tmp_path), [], []
    with ThreadPoolExecutor(9) as pool:
        with file.writing() as db:
            db.conn.set_trace_callback(lambda said: commits.append(said) if said == "COMMIT" else None)
            tasks: list[Future[None]] = []
            for who in range(1, 9):
                tasks.append(pool.submit(_tell, file, who, lambda who=who: order.append(who)))  # type: ignore[misc]
                _all_wait(file, who)
        for task in tasks:
            task.result()
    assert order == list(range(1, 9))
    assert commits == ["COMMIT"]
    assert _told(file) == order
    file.close()


def test_what_one_may_not_write_undoes_nothing_of_the_others(tmp_path: Path) -> None:
    """Neither what SQLite refuses, nor a fault of one who writes; each hears of its own."""
    file = _file(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        with file.writing() as db:
            db.execute("INSERT INTO told VALUES (1)")
            good = pool.submit(_tell, file, 2)
            _all_wait(file, 1)
            twice = pool.submit(_tell, file, 1)
            _all_wait(file, 2)
            broken = pool.submit(_tell, file, 3, _fail)
            _all_wait(file, 3)
            last = pool.submit(_tell, file, 4)
            _all_wait(file, 4)
        good.result()
        last.result()
        with pytest.raises(Exception, match="UNIQUE"):
            twice.result()
        with pytest.raises(_OwnFaultError):
            broken.result()
    assert _told(file) == [1, 2, 4]
    file.close()


def test_where_nothing_was_committed_each_is_told_so(tmp_path: Path) -> None:
    """The file is gone before the commit: none of them has written anything."""
    file = _file(tmp_path)

    def gone() -> None:
        (tmp_path / "file.db").rename(tmp_path / "elsewhere.db")

    def begin() -> None:
        with file.writing():
            begun.set()
            go_on.wait()

    begun, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(begin)
        begun.wait()
        tasks = [first, pool.submit(_tell, file, 1)]
        _all_wait(file, 1)
        tasks.append(pool.submit(_tell, file, 2, gone))
        _all_wait(file, 2)
        go_on.set()
        for task in tasks:
            with pytest.raises(Unwritable, match="removed or replaced"):
                task.result()
    (tmp_path / "elsewhere.db").rename(tmp_path / "file.db")
    assert _told(file) == []
    file.close()


def test_an_end_that_uses_the_room_held_back_is_by_itself(tmp_path: Path) -> None:
    """It is committed apart from those who came before and after it."""
    file = _file(tmp_path)
    seen: list[Database] = []

    def at_last() -> None:
        with file.writing(at_last=True) as db:
            seen.append(db)
            assert [row[0] for row in db.execute("SELECT who FROM told ORDER BY who")] == [1, 2]

    with ThreadPoolExecutor(3) as pool:
        with file.writing() as db:
            db.execute("INSERT INTO told VALUES (1)")
            alone = pool.submit(at_last)
            _all_wait(file, 1)
            after = pool.submit(_tell, file, 2)
            _all_wait(file, 2)
        alone.result()
        after.result()
    assert _told(file) == [1, 2]
    file.close()


class Faulty:
    """A connection to a disk that breaks when something is to be undone."""

    def __init__(self, db: Database) -> None:
        self._db, self.conn = db, db.conn

    def execute(self, said: str, *given: object) -> object:
        """All else as it is."""
        if said.startswith("ROLLBACK TO"):
            raise sqlite3.OperationalError("disk I/O error")
        return self._db.execute(said, *given)


def test_what_cannot_be_undone_alone_is_committed_by_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And each is told so: half of something is never there."""
    file = _file(tmp_path)
    added = Sqlite._added
    monkeypatch.setattr(Sqlite, "_added", lambda self, company: added(self, replace_db(company)))

    def replace_db(company: Company) -> Company:
        company.db = Faulty(company.db)  # type: ignore[assignment]
        return company

    def begin() -> None:
        with file.writing() as db:
            db.execute("INSERT INTO told VALUES (1)")
            begun.set()
            go_on.wait()

    begun, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(begin)
        begun.wait()
        half = pool.submit(_tell, file, 2, _fail)
        _all_wait(file, 1)
        go_on.set()
        for task in (first, half):
            with pytest.raises(Unwritable, match="disk I/O error"):
                task.result()
    assert _told(file) == []
    file.close()


def test_who_is_broken_off_while_others_write_waits_for_them(tmp_path: Path) -> None:
    """A ^C at a terminal: nothing is committed, and nobody writes into what is closed."""
    file, inside, go_on = _file(tmp_path), threading.Event(), threading.Event()

    def hold() -> None:
        inside.set()
        go_on.wait()

    def press() -> None:
        inside.wait()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        eventually(lambda: file._together._company is None or file._together._company.error is not None)
        go_on.set()

    def break_off() -> None:
        with file.writing():
            tasks.append(pool.submit(_tell, file, 1, hold))
            _all_wait(file, 1)

    tasks: list[Future[None]] = []
    with ThreadPoolExecutor(2) as pool:
        pressed = pool.submit(press)
        with pytest.raises(KeyboardInterrupt):
            break_off()
        pressed.result()
        with pytest.raises(Unwritable, match="was given up"):
            tasks[0].result()
    _tell(file, 3)
    assert _told(file) == [3]
    file.close()
