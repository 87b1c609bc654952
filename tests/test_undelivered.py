"""Which answers Slack has still to take: what was noted of them stays true whatever the disk does meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eventually import eventually
from harness import KEY, Bench, bench
from recording import asked, begin
from set_clock import SetClock

from bot import text
from bot.desk import Desk
from bot.owed import SETTLED
from bot.record import Answer
from bot.request import Due
from bot.slack.letter import MessageLetter
from bot.slack.message import Message
from bot.slack.said import Refused
from bot.store import FILE, Store, Unwritable
from bot.undelivered import Shown, Tracked
from commands.reply import note


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A record whose notes about answers are being written."""
    made = Store(tmp_path, SetClock(1_000_000.0), KEY)
    made.undelivered.start()
    yield made
    made.undelivered.close()
    made.close()


def _ended(store: Store) -> Due:
    """The answer of an action that was done."""
    number = begin(store)
    due = asked().due(number, 1_000_000.0 + number, public=False)
    assert due is not None
    store.record.outcome(number, status="done", answer=Answer(note("done"), due))
    return due


def test_an_answer_is_due_until_it_was_shown(store: Store) -> None:
    """From the commit of its outcome on; what was shown is due no more, before that is on the disk as well."""
    first, second = _ended(store), _ended(store)
    assert store.undelivered.due() == [first, second]
    store.undelivered.mark(first, Shown.SHOWN)
    assert store.undelivered.due() == [second]
    eventually(lambda: store.undelivered.state(first.number) == Shown.SHOWN)
    assert store.undelivered.of(first.number) is None


def test_each_answer_of_an_action_is_noted(store: Store, tmp_path: Path) -> None:
    """What was found of it was shown before Slack took what was told first; neither is shown again."""
    first = _ended(store)
    later = Due(first.number, first.at + 9, public=True)
    store.record.outcome(first.number, status="unknown", answer=Answer(note("found"), later))
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.undelivered.mark(later, Shown.SHOWN)
        store.undelivered.mark(first, Shown.SHOWN)
        assert store.undelivered.due() == []
        other.execute("ROLLBACK")
    eventually(lambda: store.undelivered.state(first.number) == Shown.SHOWN)
    assert store.undelivered.due() == []


def test_what_was_shown_is_noted_once_the_record_takes_it(store: Store, tmp_path: Path) -> None:
    """Another program held the file: nothing is forgotten, and nobody is shown it again."""
    due = _ended(store)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.undelivered.mark(due, Shown.SHOWN)
        with pytest.raises(Unwritable):
            begin(store)
        assert store.undelivered.due() == []
        other.execute("ROLLBACK")
    eventually(lambda: store.undelivered.state(due.number) == Shown.SHOWN)


def test_an_answer_that_was_shown_before_its_outcome_could_be_written_is_not_due_then(
    store: Store, tmp_path: Path
) -> None:
    """The outcome is owed, and written with what comes next."""
    number = begin(store)
    due = asked().due(number, 1_000_001.0, public=False)
    assert due is not None
    (tmp_path / FILE).rename(tmp_path / "aside")
    with pytest.raises(Unwritable):
        store.record.outcome(number, status="done", answer=Answer(note("done"), due))
    store.undelivered.mark(due, Shown.SHOWN)
    (tmp_path / "aside").rename(tmp_path / FILE)
    eventually(lambda: store.undelivered.state(number) == Shown.SHOWN)
    begin(store)
    assert [row["status"] for row in store.actions.listed({"status": ("done",)}, 9)] == ["done"]
    assert store.undelivered.due() == []


def test_a_later_answer_that_was_shown_before_it_could_be_written_is_not_due_then(store: Store, tmp_path: Path) -> None:
    """As the one above, of what had waited for consent and was answered so before."""
    first = _ended(store)
    store.undelivered.mark(first, Shown.SHOWN)
    eventually(lambda: store.undelivered.state(first.number) == Shown.SHOWN)
    later = Due(first.number, first.at + 5, public=True)
    (tmp_path / FILE).rename(tmp_path / "aside")
    with pytest.raises(Unwritable):
        store.record.outcome(first.number, status="done", answer=Answer(note("at last"), later))
    store.undelivered.mark(later, Shown.SHOWN)
    (tmp_path / "aside").rename(tmp_path / FILE)
    eventually(lambda: store.undelivered.was_public(first.number))
    begin(store)
    assert (store.undelivered.due(), store.undelivered.state(first.number)) == ([], Shown.SHOWN)


def test_what_is_due_is_an_earlier_processs_whatever_the_clock_says(fresh_world: str, tmp_path: Path) -> None:
    """It is shown at once, and says that it may stand there already; what ends from then on is not."""
    clock = SetClock(1_780_000_000.0)
    for hours in (0, -5):
        clock.at += hours * 3600
        made = bench(fresh_world, tmp_path / "data", clock=clock)
        desk = Desk(made.pipeline, made.store)
        left = list(desk.unsent({}))
        number = made.say("network ls", channel="C0OPS").number
        fresh = desk.due(number or 0)
        assert fresh is not None
        assert not made.store.undelivered.is_old(fresh)
        made.close()
    ((late, told),) = ((each.outcome.number, text.added(each.outcome.reply)) for each in left)
    assert (late, "may stand above already" in told) == (1, True)


def test_a_later_answer_of_the_same_action_is_due_again(store: Store) -> None:
    """What waited for consent was answered, and is answered once more when it was done."""
    first = _ended(store)
    store.undelivered.mark(first, Shown.SHOWN)
    eventually(lambda: store.undelivered.state(first.number) == Shown.SHOWN)
    again = Due(first.number, first.at + 5, public=True)
    store.record.outcome(first.number, status="done", answer=Answer(note("at last"), again))
    assert store.undelivered.due() == [again]
    store.undelivered.mark(first, Shown.LOST)  # it is about the one before
    store.undelivered.mark(Due(99, 1.0, public=False), Shown.LOST)
    eventually(lambda: store.undelivered.state(99) == Shown.LOST)
    assert store.undelivered.due() == [again]


def test_slack_is_asked_once_more_for_what_is_old_and_again_only_where_it_refused(store: Store) -> None:
    """What it may have taken is not asked of it a third time; nor is what another process asks for."""
    due = _ended(store)
    late, other = (Tracked(store.undelivered, due, is_old=True) for _ in range(2))
    assert late.begins()
    assert store.undelivered.state(due.number) == Shown.AGAIN
    assert not other.begins()
    late.waits()
    assert store.undelivered.state(due.number) == Shown.DUE
    assert late.begins()
    late.ended(Shown.DUE)
    assert store.undelivered.due() == []
    fresh = Tracked(store.undelivered, _ended(store), is_old=False)
    assert fresh.begins()
    assert fresh.begins()
    assert store.undelivered.state(fresh.due.number) == Shown.DUE


def test_what_is_old_is_shown_by_the_next_way_where_the_first_is_refused(store: Store) -> None:
    """It begins once for all its ways."""
    due, taken = _ended(store), list[Mapping[str, Any]]()

    def refuse(_payload: Mapping[str, Any]) -> None:
        raise Refused("not_in_channel")

    tracked = Tracked(store.undelivered, due, is_old=True)
    letter = MessageLetter(Message("late"), iter([refuse, refuse, taken.append]), "ps", followed=tracked)
    assert [letter.send() for _ in range(3)] == [False, False, True]
    assert len(taken) == 1
    eventually(lambda: store.undelivered.state(due.number) == Shown.SHOWN)


def test_what_is_old_is_shown_later_though_that_it_waits_could_not_be_written(store: Store, tmp_path: Path) -> None:
    """It knows by itself that it has begun, until it is put back, for whoever begins first."""
    due = _ended(store)
    tracked = Tracked(store.undelivered, due, is_old=True)
    assert tracked.begins()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        tracked.waits()
        assert tracked.begins()
        other.execute("ROLLBACK")
    tracked.waits()
    assert store.undelivered.state(due.number) == Shown.DUE
    assert Tracked(store.undelivered, due, is_old=True).begins()
    assert not tracked.begins()


def test_what_is_marked_and_not_written_yet_is_not_due(store: Store, tmp_path: Path) -> None:
    """Whoever asks for it alone hears what the list says."""
    due = _ended(store)
    assert store.undelivered.of(due.number) == due
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.undelivered.mark(due, Shown.SHOWN)
        assert store.undelivered.of(due.number) is None
        other.execute("ROLLBACK")


def test_a_clock_that_jumps_sends_nothing_twice(inhabited: Bench) -> None:
    """What ended just now is on its way, though the clock says long ago; what nobody took up is sent after a minute."""
    seconds = SetClock(0.0)
    desk = Desk(inhabited.pipeline, inhabited.store, seconds.now)
    outcome = inhabited.say("ps", channel="C0OPS00001")
    jumped = replace(inhabited.pipeline, clock=SetClock(inhabited.pipeline.clock.now() + 3600))
    desk._pipeline = jumped
    assert list(desk.unsent({})) == []
    seconds.at = SETTLED + 1
    assert list(desk.unsent({outcome.number or 0: True})) == []
    seconds.at += SETTLED
    assert list(desk.unsent({})) == []
    seconds.at += SETTLED + 1
    assert [late.outcome.number for late in desk.unsent({})] == [outcome.number]
    assert list(desk.unsent({})) == []


def test_a_clock_that_was_put_back_loses_no_answer(tmp_path: Path) -> None:
    """The later of two answers of an action is the one that counts, whatever the clock said meanwhile."""
    clock = SetClock(1_000_000.0)
    with closing(Store(tmp_path, clock, KEY)) as store:
        store.undelivered.start()
        number, dues = begin(store), list[Due]()
        for status in ("held", "done"):
            due = asked().due(number, store.tide.later(), public=False)
            assert due is not None
            store.record.outcome(number, status=status, answer=Answer(note(status), due))
            dues.append(due)
            clock.at -= 60
        store.undelivered.mark(dues[0], Shown.SHOWN)
        store.undelivered.close()
        assert (store.undelivered.due(), store.undelivered.state(number)) == ([dues[1]], Shown.DUE)
