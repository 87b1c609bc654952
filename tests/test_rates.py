from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import harness
import pytest
from harness import ADMIN, OPERATOR, STRANGER, Bench
from hypothesis import given
from hypothesis import strategies as st

from bot import text
from bot.bounds import Rates
from bot.policy import Policy
from bot.rates import MOST, Pace
from bot.request import Actor, Origin, Request, Status
from commands import catalog

USUAL = Rates()
SLOW = Rates(reads=0.01, changes=0.01, burst=2, all_reads=0.01, all_changes=0.01, all_burst=3)


@dataclass
class Seconds:
    """A clock that stands still until it is set."""

    at: float = 100.0

    def __call__(self) -> float:
        """The seconds that it was set to."""
        return self.at


@pytest.fixture
def clock() -> Seconds:
    """The clock of the pace."""
    return Seconds()


@pytest.fixture
def pace(clock: Seconds) -> Pace:
    """The buckets of everybody, all full."""
    return Pace(clock)


def _sent(pace: Pace, person: str, count: int, rates: Rates = USUAL, *, changes: bool = False) -> int:
    """How many of so many lines may come now."""
    return sum(not pace.wait(person, rates, changes=changes) for _ in range(count))


def test_a_burst_may_come_at_once_and_then_as_many_as_the_rate_says(pace: Pace, clock: Seconds) -> None:
    """Twenty, then five reads or one change a second; a full bucket holds no more than the burst."""
    assert (_sent(pace, "ada", 50), _sent(pace, "ada", 50, changes=True)) == (20, 20)
    clock.at += 2
    assert (_sent(pace, "ada", 50), _sent(pace, "ada", 50, changes=True)) == (10, 2)
    clock.at += 3600
    assert (_sent(pace, "ada", 50), _sent(pace, "ada", 50, changes=True)) == (20, 20)


def test_the_wait_says_when_there_is_room_again(pace: Pace, clock: Seconds) -> None:
    """To the moment: a little sooner is too soon, and being refused costs nothing."""
    _sent(pace, "ada", 20, changes=True)
    clock.at += 0.25
    assert pace.wait("ada", USUAL, changes=True) == pytest.approx(0.75)
    assert pace.wait("ada", USUAL, changes=True) == pytest.approx(0.75)
    clock.at += 0.7
    assert pace.wait("ada", USUAL, changes=True) > 0
    clock.at += 0.051
    assert pace.wait("ada", USUAL, changes=True) == 0


def test_nobody_uses_up_what_is_anothers_until_it_is_all_of_everybodys(pace: Pace) -> None:
    """Ten people may send twenty each, then it is enough for all of them."""
    assert [_sent(pace, f"p{at}", 30) for at in range(11)] == [20] * 10 + [0]


def test_who_is_refused_takes_nothing_from_the_others(pace: Pace) -> None:
    """A hundred lines too many leave room for all who keep to it."""
    assert _sent(pace, "flood", 500) == 20
    assert [_sent(pace, f"p{at}", 20) for at in range(9)] == [20] * 9


def test_a_new_policy_holds_at_once(pace: Pace, clock: Seconds) -> None:
    """A smaller bucket keeps less, a faster one fills faster from then on."""
    assert _sent(pace, "ada", 1) == 1
    assert _sent(pace, "ada", 50, replace(USUAL, burst=3)) == 3
    assert _sent(pace, "ada", 1, replace(USUAL, reads=10.0)) == 0
    clock.at += 1
    assert _sent(pace, "ada", 50, replace(USUAL, reads=10.0)) == 10


@given(st.lists(st.floats(0, 5), max_size=60), st.floats(0.1, 10), st.integers(1, 5))
def test_never_more_than_the_burst_and_the_rate_times_the_time(waits: list[float], rate: float, burst: int) -> None:
    """Whenever the lines come."""
    clock = Seconds()
    pace, rates, sent = Pace(clock), Rates(reads=rate, burst=burst), 0
    for wait in waits:
        clock.at += wait
        sent += not pace.wait("ada", rates, changes=False)
    assert sent <= burst + rate * sum(waits) + 1e-6


def test_those_who_send_nothing_any_more_are_forgotten(pace: Pace, clock: Seconds) -> None:
    """What anyone could fill does not grow for ever."""
    for at in range(3 * MOST):
        clock.at += 1
        pace.wait(f"U{at}", USUAL, changes=False)
    assert len(pace._buckets) <= MOST + 1


# --- Through the pipeline -------------------------------------------------------------------------------


@pytest.fixture
def hurried(tmp_path: Path) -> Iterator[Bench]:
    """A pipeline of little patience, at an engine that is not there."""
    people = """version = 1
[people]
ada = { slack = ["U0ADMIN001", "U0ADMIN002"], roles = ["all"] }
otto = { slack = ["U0OPERATOR"], roles = ["all"] }
[[roles.all.allow]]
verbs = ["see", "act"]
on = ["*"]
"""
    policy = Policy.parse(people, "policy.toml", [verb.spec for verb in catalog.load()])
    made = harness.bench(f"unix://{tmp_path}/nothing.sock", tmp_path / "data", policy, rates=SLOW)
    yield made
    made.close()


@pytest.mark.attack("S27")
def test_too_many_lines_are_refused_before_the_engine_hears_of_them(hurried: Bench) -> None:
    """By person whatever the account, with the wait, recorded as denied; what changes is counted apart."""
    lines = [("ps", ADMIN), ("ps --nope", "U0ADMIN002"), ("ps", ADMIN), ("stop web", ADMIN), ("ps", OPERATOR)]
    outcomes = [hurried.say(line, person) for line, person in lines]
    ends = [Status.FAILED, Status.USAGE, Status.DENIED, Status.FAILED, Status.FAILED]
    assert [outcome.status for outcome in outcomes] == ends
    assert "Try again in 100 s" in text.added(outcomes[2].reply)
    action = hurried.store.actions.get(3)
    assert action is not None
    assert (action["verdict"], action["reason"], action["verb"]) == ("denied", "rate limit", "container ls")
    assert hurried.say("ps", OPERATOR).status is Status.DENIED  # all together had three


def test_strangers_and_the_clock_are_not_counted(hurried: Bench) -> None:
    """Who is nobody takes nothing from anybody, and what runs by itself is never too fast."""
    for _ in range(5):
        assert hurried.say("ps", STRANGER).status is Status.DENIED
        assert hurried.say("cleanup run", "schedule:cleanup", Origin.SCHEDULE).status is Status.FAILED
    assert hurried.say("ps").status is Status.FAILED


def test_a_line_that_is_judged_again_is_counted_once(hurried: Bench) -> None:
    """As a line that waited for others is, before it runs."""
    judging = hurried.pipeline._judging
    assert hurried.say("help").status is Status.DONE
    for _ in range(5):
        judging.judge_again(Request("help", Actor(ADMIN), Origin.SLASH))
    assert hurried.say("help").status is Status.DONE
