"""What the bot does for itself: heads, what failed and came back, and what is old."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from harness import KEY
from recording import begin, child, end
from set_clock import SetClock

from bot import emergency
from bot.keeper import DAY, HOUR, Check, Keeper
from bot.store import FILE, Store, Unwritable
from bot.undelivered import Shown

NOON = 1_780_315_200.0  # 2026-06-01T12:00:00Z


@dataclass
class Kept:
    """A keeper that is told by the test how the engine is, and what it said."""

    store: Store
    folder: Path
    clock: SetClock
    wrong: str | None = None
    said: list[str] = field(default_factory=list)
    fed: int = 0
    shown: Shown = Shown.SHOWN

    def __post_init__(self) -> None:
        """Make the keeper."""
        checks: dict[str, Check] = {"The engine local": lambda: self.wrong, "The record": self.store.unwritable}
        self.keeper = Keeper(self.store, self.clock, checks, self, retention=1)

    def say(self, text: str, heard: Callable[[Shown], None]) -> None:
        """Hear it, as Slack does just now."""
        self.said.append(text)
        heard(self.shown)

    def feed(self) -> None:
        """Count it."""
        self.fed += 1


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    """A keeper of a new record."""
    clock = SetClock(NOON)
    store = Store(tmp_path, clock, KEY, kept=lambda: DAY)
    yield Kept(store, tmp_path, clock)
    store.close()


def test_what_was_gone_is_told_once_it_is_back(kept: Kept) -> None:
    """From when to when, and which lines came to nothing meanwhile; while it is gone, that is what is wrong."""
    kept.keeper.look()
    kept.wrong = "Cannot connect to the Docker daemon"
    kept.keeper.look()
    assert kept.keeper.wrong == "Cannot connect to the Docker daemon"
    kept.clock.at += 60
    number = begin(kept.store)
    kept.store.record.outcome(number, status="failed", error="no engine")
    kept.keeper.look()
    assert (kept.said, kept.fed) == ([], 3)
    kept.clock.at += 60
    kept.wrong = None
    kept.keeper.look()
    assert kept.keeper.wrong is None
    assert kept.said == [
        (
            "The engine local is back: Cannot connect to the Docker daemon (from 12:00:00 UTC to 12:02:00 UTC)."
            " Lines that failed meanwhile: 1."
        )
    ]


def test_a_head_is_published_every_hour_in_which_something_was_done(kept: Kept) -> None:
    """And at the end; an hour in which nothing was done has none."""
    for hours, told in ((0, 1), (1, 2), (1, 2)):
        if told > len(kept.said):
            begin(kept.store)
        kept.clock.at += hours * HOUR
        kept.keeper.look()
        assert len(kept.said) == told
    begin(kept.store)
    kept.keeper.close()
    assert [head.event for head in kept.store.heads.published()] == [3, 6, 9]
    assert kept.said[0].startswith("Head of the record: 3:")


def test_a_clock_that_was_ahead_keeps_no_head_back(kept: Kept) -> None:
    """Nor what is due every day."""
    kept.clock.at += 30 * DAY
    kept.keeper.look()
    kept.clock.at -= 30 * DAY
    for hours in range(1, 4):
        begin(kept.store)
        kept.keeper.look()
        assert len(kept.said) == hours
        kept.clock.at += HOUR


def test_what_a_killed_process_began_ends(kept: Kept) -> None:
    """While the bot goes on, and not at its next start; what another one is still at goes on."""
    dead, living = (child(kept.folder, "begin(store)") for _ in range(2))
    dead.kill()
    end(dead)
    kept.keeper.look()
    assert [row["status"] for row in kept.store.actions.listed({}, 9)] == ["running", "unknown"]
    end(living)


def test_what_a_killed_process_knew_of_an_end_is_read_first(kept: Kept) -> None:
    """It could keep that in the emergency file alone, as another program had the record locked until it was gone."""
    other = Store(kept.folder, kept.clock, KEY)
    number = begin(other)
    with closing(sqlite3.connect(kept.folder / FILE, isolation_level=None)) as program:
        program.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unwritable):
            other.record.outcome(number, status="done", exit_code=7)
        other.close()
        kept.keeper.look()
        program.execute("ROLLBACK")
    kept.keeper.look()
    action = kept.store.actions.get(number)
    assert action is not None
    assert (action["status"], action["exit_code"]) == ("done", 7)
    assert [each["kind"] for each in action["events"]] == ["received", "judged", "intended", "outcome"]
    assert not (kept.folder / emergency.NAME).exists()


@pytest.mark.parametrize("fault", ["locked", "away"])
def test_a_record_that_takes_nothing_is_what_is_wrong(kept: Kept, fault: str) -> None:
    """Before anybody's line is refused, and until it takes something again."""
    if fault == "away":
        (kept.folder / FILE).rename(kept.folder / "aside")
        kept.keeper.look()
        wrong = kept.keeper.wrong
        (kept.folder / "aside").rename(kept.folder / FILE)
    else:
        with closing(sqlite3.connect(kept.folder / FILE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            kept.keeper.look()
            wrong = kept.keeper.wrong
            other.execute("ROLLBACK")
    assert wrong is not None
    assert FILE in wrong
    kept.keeper.look()
    assert kept.keeper.wrong is None


@pytest.mark.parametrize("shown", [Shown.DUE, Shown.LOST])
def test_a_head_that_slack_did_not_take_is_not_published(kept: Kept, shown: Shown) -> None:
    """The next hour, and the first look of the next start, have it; one that Slack may have shown is out."""
    begin(kept.store)
    kept.shown = shown
    kept.keeper.look()
    assert kept.store.heads.published() == []
    kept.clock.at += HOUR
    kept.shown = Shown.UNSURE
    kept.keeper.look()
    assert len(kept.said) == 2
    assert [head.event for head in kept.store.heads.published()] == [3]


def test_what_is_back_is_told_until_slack_takes_it(kept: Kept) -> None:
    """Slack was away for longer than a message waits; what it refuses for good is not told again."""
    kept.wrong = "no engine"
    kept.keeper.look()
    kept.wrong, kept.shown = None, Shown.DUE
    kept.keeper.look()
    kept.keeper.look()
    kept.shown = Shown.LOST
    kept.keeper.look()
    kept.keeper.look()
    assert len(kept.said) == 3
    assert set(kept.said) == {kept.said[0]}


def test_an_end_leaves_a_long_look_behind(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is looked at takes its time; the last head is published meanwhile."""
    monkeypatch.setattr("bot.keeper.END", 0.01)
    begun, gate = threading.Event(), threading.Event()
    kept.keeper._watches[0].check = lambda: begun.set() or str(gate.wait(30))  # type: ignore[func-returns-value]
    begin(kept.store)
    kept.keeper.start()
    begun.wait()
    kept.keeper.close()
    assert kept.keeper._thread.is_alive()
    assert len(kept.store.heads.published()) == 1
    gate.set()
    kept.keeper._thread.join()


def test_a_record_that_was_altered_is_told_of_loudly(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    """Once a day the whole chain is walked."""
    begin(kept.store)
    with kept.store._file.writing() as db:
        db.execute("DROP TRIGGER events_are_not_altered")
        db.execute("UPDATE events SET body = '{}' WHERE id = 2")
    kept.clock.at += DAY
    with caplog.at_level(logging.ERROR):
        kept.keeper.look()
    assert "event 2 of action 1 was altered" in caplog.text
    assert any(text.startswith("The record is not whole: event 2 of action 1 was altered") for text in kept.said)


def test_what_is_old_moves_to_its_archive(kept: Kept) -> None:
    """After the days of the setting; the newest action stays."""
    kept.store.record.outcome(begin(kept.store), status="done")
    kept.clock.at += 2 * DAY
    kept.store.record.outcome(begin(kept.store), status="done")
    kept.keeper.look()
    assert [row["number"] for row in kept.store.actions.listed({}, 9)] == [2]
    assert kept.store.archive.archived_in(1) == "archive-2026.db"
    assert kept.store.actions.listed({"text": ("restart",)}, 9)[0]["number"] == 2


def test_files_of_answers_go_every_hour_once_they_are_old(kept: Kept) -> None:
    """With the answers, also of a process that runs on."""
    with kept.store.files.draft() as draft:
        made = draft.finish()
    kept.keeper.look()
    os.utime(made, (1, 1))
    kept.keeper.look()
    assert made.exists()
    kept.clock.at += HOUR
    kept.keeper.look()
    assert not made.exists()


def test_what_cannot_be_written_is_what_is_wrong(kept: Kept) -> None:
    """A bug or a full disk in one look keeps it from no other."""
    kept.keeper._watches[0].check = lambda: 1 / 0  # type: ignore[assignment, return-value]
    begin(kept.store)
    kept.keeper.look()
    assert len(kept.store.heads.published()) == 1


@pytest.mark.parametrize(
    "altered",
    [
        "body = CAST(x'7b2261223a22ff227d' AS TEXT)",
        "body = CAST(body AS BLOB)",
        "at = 'x'",
        "hash = x'00'",
        "prev = CAST(x'ff' AS TEXT)",
    ],
)
def test_an_event_that_is_no_event_any_more_is_told_of(kept: Kept, altered: str) -> None:
    """Bytes that are no text, and values of another type: what cannot be read is not whole either."""
    begin(kept.store)
    kept.keeper.look()
    with closing(sqlite3.connect(kept.folder / FILE, isolation_level=None)) as db:
        guard = db.execute("SELECT sql FROM sqlite_master WHERE name = 'events_are_not_altered'").fetchone()[0]
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute("DROP TRIGGER events_are_not_altered")
        db.execute(f"UPDATE events SET {altered} WHERE id = 2")
        db.execute(guard)
    kept.clock.at += DAY + HOUR
    kept.keeper.look()
    assert any("not whole" in text for text in kept.said)


def test_a_record_that_is_damaged_takes_nothing_any_more_and_is_told_of(kept: Kept) -> None:
    """Whatever damaged it: what was written into such a file could be lost."""
    for _ in range(100):
        begin(kept.store)
    kept.keeper.look()
    with closing(sqlite3.connect(kept.folder / FILE, isolation_level=None)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        size, count = (db.execute(f"PRAGMA page_{each}").fetchone()[0] for each in ("size", "count"))
    with (kept.folder / FILE).open("r+b") as file:
        file.seek(count // 3 * size)
        file.write(b"\xa5" * 12 * size)
    kept.store._file._idle.clear()
    kept.clock.at += DAY + HOUR
    kept.keeper.look()
    assert any("not whole" in text and "damaged" in text for text in kept.said)
    kept.keeper.look()
    assert "damaged" in str(kept.keeper.wrong)
    with pytest.raises(Unwritable, match="damaged"):
        begin(kept.store)
