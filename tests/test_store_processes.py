"""The record between processes: killed ones, several at once, and the one bot of a folder."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import KEY
from recording import begin, child, end, receive

from bot.clock import Clock
from bot.locks import Owner
from bot.store import AlreadyRunning, Instance, Store

BEGIN = "begin(store)"
APPEND = "for _ in range(100): store.record.outcome(begin(store), status='done')"
THREADS, EACH = 12, 20


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A record of this process."""
    made = Store(tmp_path, Clock(), KEY)
    yield made
    made.close()


def _kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    end(process)


def test_an_action_of_a_killed_process_is_unfinished(store: Store, tmp_path: Path) -> None:
    """After kill -9 between intent and outcome the record says so, with the objects by full id."""
    _kill(child(tmp_path, BEGIN))
    unfinished = store.record.unfinished()
    told = [(each["number"], each["status"], each["verb"]) for each in unfinished]
    assert told == [(1, "running", "container restart")]
    assert unfinished[0]["targets"][0]["id"] == "ab" * 32
    store.record.outcome(1, status="unknown", error="slashdock stopped")
    assert store.record.unfinished() == []
    assert [row["status"] for row in store.actions.listed({}, 1)] == ["unknown"]
    assert store.actions.verify() is None


def test_a_request_that_was_only_received_was_never_intended(store: Store, tmp_path: Path) -> None:
    """Killed before the intent, nothing can have been done, and the record can tell."""
    _kill(child(tmp_path, "receive(store)"))
    assert [(each["number"], each["status"]) for each in store.record.unfinished()] == [(1, "received")]


def test_an_action_that_ended_before_the_kill_is_finished(store: Store, tmp_path: Path) -> None:
    """Once the outcome is committed, a kill changes nothing."""
    _kill(child(tmp_path, "store.record.outcome(begin(store), status='done')"))
    assert store.record.unfinished() == []
    assert [row["status"] for row in store.actions.listed({}, 1)] == ["done"]


def test_an_action_of_a_live_process_is_not_unfinished(store: Store, tmp_path: Path) -> None:
    """`slashdock exec` at work beside the bot is not taken for a dead one, until it is."""
    live = child(tmp_path, BEGIN)
    begin(store)
    assert store.record.unfinished() == []
    _kill(live)
    assert [each["number"] for each in store.record.unfinished()] == [1]


def test_what_a_process_left_when_it_closed_is_unfinished(store: Store, tmp_path: Path) -> None:
    """A process that ended in order, but not its action, has abandoned it."""
    end(child(tmp_path, BEGIN))
    assert [each["number"] for each in store.record.unfinished()] == [1]


def test_the_files_of_the_dead_are_removed(store: Store, tmp_path: Path) -> None:
    """One lock file stays for each process that lives."""
    _kill(child(tmp_path, BEGIN))
    live = child(tmp_path, BEGIN)
    store.record.unfinished()
    assert len(list((tmp_path / "owners").glob("*.lock"))) == 2
    end(live)


def test_processes_that_write_at_once_lose_nothing(store: Store, tmp_path: Path) -> None:
    """Three processes append to one chain: every number is given once and the chain is whole."""
    writers = [threading.Thread(target=lambda: end(child(tmp_path, APPEND))) for _ in range(2)]
    for writer in writers:
        writer.start()
    for _ in range(100):
        store.record.outcome(begin(store), status="done")
    for writer in writers:
        writer.join()
    rows = store.actions.listed({"status": ("done",)}, 1000)
    assert [row["number"] for row in rows] == list(range(300, 0, -1))
    assert len({row["owner"] for row in rows}) == 3
    assert store.actions.verify() is None


def test_threads_that_write_and_read_at_once_lose_nothing(store: Store) -> None:
    """Many workers share one Store."""
    failed: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(EACH):
                number = receive(store)
                assert store.actions.get(number) is not None
                store.record.refuse(number, status="denied", reason="", line="", verb="", person="")
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            failed.append(error)

    workers = [threading.Thread(target=work) for _ in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    assert len(store.actions.listed({"status": ("denied",)}, 1000)) == THREADS * EACH
    assert store.actions.verify() is None


def test_two_processes_know_the_same_delivery(store: Store, tmp_path: Path) -> None:
    """A delivery that another process has taken is a duplicate here."""
    end(child(tmp_path, "receive(store, delivery='d1')"))
    begin(store)
    assert len(store.actions.listed({}, 10)) == 2
    receive(store, delivery="d1")
    assert len(store.actions.listed({}, 10)) == 2


def test_a_second_bot_of_the_same_folder_is_refused(tmp_path: Path) -> None:
    """One bot a folder; the next may start once it is gone."""
    with Instance(tmp_path):
        with pytest.raises(AlreadyRunning, match="Another slashdock runs with the data in"), Instance(tmp_path):
            pass
        with Instance(tmp_path / "other"):
            pass
    with Instance(tmp_path):
        pass


def test_an_owner_lives_as_long_as_it_is_not_closed(tmp_path: Path) -> None:
    """Life is told by the lock, not by the file."""
    mine, other = Owner(tmp_path), Owner(tmp_path)
    boot = other.boot
    assert (mine.lives(mine.boot), mine.lives(boot), mine.lives("0" * 16)) == (True, True, False)
    other.close()
    assert not mine.lives(boot)
    (tmp_path / f"{boot}.lock").touch()
    assert not mine.lives(boot)
    mine.close()
