"""What ends with time ends, whatever is done to the clock."""

from __future__ import annotations

from pathlib import Path

from harness import KEY
from offices import DEV, SAM, Office
from recording import begin
from set_clock import SetClock

from bot.held import State
from bot.store import Store

HOUR, DAY = 3_600.0, 86_400.0  # seconds
LONGEST = {"admin": HOUR}


def test_a_role_ends_in_time_though_the_clock_was_ahead(tmp_path: Path) -> None:
    """Something stands in the record with the time of tomorrow; a restart gives back nothing, either."""
    clock = SetClock(1_780_000_000.0)
    store = Store(tmp_path, clock, KEY)
    clock.at += DAY
    store.record.outcome(begin(store), status="done")
    clock.at -= DAY
    store.grants.give(99, "eve", "admin", HOUR)
    clock.at += HOUR / 2
    assert store.grants.roles("eve", LONGEST) == {"admin"}
    store.tide.keep()
    store.close()
    store = Store(tmp_path, clock, KEY)
    assert store.grants.roles("eve", LONGEST) == {"admin"}
    clock.at += HOUR * 0.6
    assert store.grants.roles("eve", LONGEST) == set()
    store.close()


def test_a_clock_that_is_put_back_again_and_again_makes_no_role_last_longer(tmp_path: Path) -> None:
    """Half an hour passes, and is taken back, four times."""
    clock = SetClock(1_780_000_000.0)
    store = Store(tmp_path, clock, KEY)
    store.grants.give(99, "eve", "admin", HOUR)
    lasted = 0
    for _ in range(4):
        lasted += bool(store.grants.roles("eve", LONGEST))
        clock.at += HOUR / 2
        store.grants.roles("eve", LONGEST)
        clock.at -= HOUR / 2
    assert lasted == 2
    assert store.grants.roles("eve", LONGEST) == set()
    store.close()


def test_what_is_asked_while_the_record_is_ahead_can_be_agreed_to(office: Office) -> None:
    """It has the time that the policy gives, from now on."""
    clock = SetClock(1_780_000_000.0)
    dev = office('[[require]]\nverbs = ["act"]\napprove = "second"\n', clock=clock)
    clock.at += DAY
    dev.say("ps", DEV)
    clock.at -= DAY
    held = dev.store.approvals.get(dev.say("restart -t 0 web", DEV).number or 0)
    assert held is not None
    dev.say(f"approval approve {held.number} --digest {held.digest}", SAM)
    agreed = dev.store.approvals.get(held.number)
    assert agreed is not None
    assert agreed.state is State.APPROVED
    late = dev.store.approvals.get(dev.say("stop web", DEV).number or 0)
    assert late is not None
    clock.at += DAY
    assert late.number in dev.store.approvals.overdue()
