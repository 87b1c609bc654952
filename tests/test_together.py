"""Those who write at the same time share a commit, and none has another one's fault."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from eventually import eventually
from sqlite_utils import Database

from bot.database import Sqlite, Unwritable


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
