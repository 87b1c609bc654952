"""What is told of a line that is cut off: that it changes nothing only of one that cannot."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from harness import KEY, bench
from recording import asked
from set_clock import SetClock

from bot import leaving, reconcile, text
from bot.desk import Desk
from bot.leaving import Task
from bot.owed import OLDEST, SETTLED
from bot.record import Answer
from bot.request import Actor, Origin, Request
from bot.store import Store
from commands import catalog
from commands.reply import note

LOOK = {"ps": "container ls", "network ls": "network ls", "audit ls": "audit ls"}
ALTER = {
    "login -u joe example.com": "login",
    "logout example.com": "logout",
    "approval approve 1": "approval approve",
    "restart web": "container restart",
}


@pytest.mark.parametrize("line", [*LOOK, *ALTER])
def test_only_of_what_looks_it_is_said_that_it_changes_nothing(line: str, tmp_path: Path) -> None:
    """At an end and after a kill; a login that is kept, or a word about a request, is gone after."""
    command = catalog.load().parse(line).command
    told = text.added(leaving.told(Task(1, line, "local", lambda _: None), command).reply)
    assert ("It changes nothing" in told) == (line in LOOK)
    with closing(Store(tmp_path, SetClock(1_000.0), KEY)) as store:
        number = store.record.receive(asked(line), line).number
        facts = {"verb": (LOOK | ALTER)[line], "line": line, "person": "ada", "reason": "", "host": "local"}
        store.record.intend(number, permission=command.spec.permission, targets=[], **facts)
    with closing(Store(tmp_path, SetClock(1_000.0), KEY)) as store:
        left = [each["number"] for each in reconcile.settle(store)]
        assert left == ([] if line in LOOK else [number])
        action = store.actions.get(number)
    assert action is not None
    assert (action["status"], "It changes nothing" in action["error"]) == (
        ("failed", True) if line in LOOK else ("unknown", False)
    )


def test_what_the_clock_asked_for_is_told_in_its_channel(tmp_path: Path) -> None:
    """There is nobody whom Slack could tell alone."""
    by_clock = Request("cleanup run", Actor("schedule:cleanup"), Origin.SCHEDULE, "C0OPS", host="local")
    with closing(Store(tmp_path, SetClock(1_000.0), KEY)) as store:
        store.record.receive(by_clock, by_clock.line)
        store.record.receive(asked("ps"), "ps")
    with closing(Store(tmp_path, SetClock(1_000.0), KEY)) as store:
        reconcile.settle(store)
        assert [(due.number, due.public) for due in store.undelivered.due()] == [(1, True), (2, False)]


def test_a_clock_that_jumps_gives_up_no_answer_of_this_process(tmp_path: Path) -> None:
    """It is tried for a day, which only a clock that goes on can tell."""
    clock, seconds = SetClock(1_000_000.0), SetClock(0.0)
    made = bench("unix:///nonexistent.sock", tmp_path, clock=clock)
    desk = Desk(made.pipeline, made.store, seconds.now)
    number = made.store.record.receive(asked("ps"), "ps").number
    due = asked("ps").due(number, made.store.tide.later(), public=False)
    made.store.record.outcome(number, status="failed", error="no", answer=Answer(note("no"), due))
    assert list(desk.unsent({})) == []
    clock.at += 2 * OLDEST
    seconds.at += SETTLED + 1
    assert [late.outcome.number for late in desk.unsent({})] == [number]
    for _ in range(3):
        seconds.at += OLDEST / 2
        found = [late.outcome.number for late in desk.unsent({})]
    assert (found, made.store.undelivered.due()) == ([], [])
    made.close()
