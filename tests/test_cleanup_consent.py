"""What a cleanup may do with somebody else's consent alone, and that they agree to the rules which they were shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cleaning import Cleaners, agreed, images, said, told
from docker.api.client import APIClient
from harness import PEER, Bench

from bot.request import Outcome, Status

SWEEP = '[[require]]\nverbs = ["cleanup sweep", "cleanup run"]\non = ["*"]\napprove = "second"\n'
GLASS = '[break_glass]\nroles = ["all"]\nreview = ["all"]\n'
LARGE = "--what images,containers,networks --age 1d --most 100000 --most-percent 100"


@pytest.mark.attack("S13")
def test_who_agrees_to_turn_one_on_is_shown_its_rules_and_agrees_to_those(cleaners: Cleaners) -> None:
    """Set anew meanwhile it is another one, however it is called."""
    spoken = cleaners()
    said(spoken, "cleanup set w --what networks --keep 'lan-*' --most 1")
    held = spoken.say("cleanup on w")
    shown = told(spoken.say(f"approval show {held.number}", PEER))
    assert all(word in shown for word in ("networks", "lan-*", "1 or 20 %"))
    said(spoken, f"cleanup set w {LARGE}")
    done = agreed(spoken, held)
    assert done.status is Status.SUPERSEDED, told(done)
    assert "the policy w has changed" in told(done)
    assert "State:       dry\n" in said(spoken, "cleanup show w")


def test_a_policy_that_is_set_anew_as_it_is_turned_on_stays_dry(cleaners: Cleaners) -> None:
    """Between the last look at it and the writing: that compares."""
    spoken = cleaners()
    said(spoken, "cleanup set w --what networks --most 1")
    done = agreed(spoken, spoken.say("cleanup on w"), lambda: said(spoken, f"cleanup set w {LARGE}"))
    assert done.status is Status.FAILED
    assert "The policy w is not what it was when this line was judged" in told(done)
    assert "State:       dry\n" in said(spoken, "cleanup show w")


@pytest.mark.attack("S13")
@pytest.mark.parametrize("verb", ["sweep", "run"])
def test_a_run_that_waits_is_of_the_policy_that_was_shown(api: APIClient, cleaners: Cleaners, verb: str) -> None:
    """Even where what it takes is the same by the new one."""
    spoken = cleaners.later(cleaners(SWEEP), flags="--what containers --most-percent 100")
    held = spoken.say(f"cleanup {verb} all")
    for line in ("cleanup set all --what containers --age 13d --most-percent 100", "cleanup on all"):
        said(spoken, line)
    before = len(api.containers(all=True))
    done = agreed(spoken, held)
    assert done.status is Status.SUPERSEDED
    assert "the policy all has changed" in told(done)
    assert len(api.containers(all=True)) == before


@pytest.mark.attack("F31")
@pytest.mark.parametrize("flags", ["--most 21", "--most-percent 21", LARGE])
def test_a_policy_whose_runs_may_take_much_is_never_turned_on_alone(cleaners: Cleaners, flags: str) -> None:
    """Where no rule asks for consent it is refused, as a sweep is; what takes no more than is usual needs nobody."""
    spoken = cleaners()
    alone = spoken.pipeline.policy.current()
    terms = replace(alone.terms, requires=())
    spoken = replace(spoken, pipeline=replace(spoken.pipeline, policy=replace(alone, terms=terms)))
    said(spoken, f"cleanup set w {flags}")
    refused = spoken.say("cleanup on w")
    assert refused.status is Status.DENIED
    assert "never done without somebody else's consent where a run may take more than 20 objects" in told(refused)
    assert '[[require]] verbs = ["cleanup on"]' in told(refused)
    assert "State:       dry\n" in said(spoken, "cleanup show w")
    said(spoken, "cleanup set w --what images")
    assert spoken.say("cleanup on w").status is Status.DONE
    assert "The policy default is built in" in told(spoken.say("cleanup on default"))


@pytest.mark.attack("F31")
def test_no_broken_glass_does_what_takes_somebody_else(api: APIClient, cleaners: Cleaners) -> None:
    """A sweep, and turning on what may take much; all else that waits may still be begun so."""
    spoken = cleaners(SWEEP + GLASS)
    said(spoken, "cleanup set small --what networks")
    assert glass(spoken, spoken.say("cleanup on small")).status is Status.DONE
    said(spoken, f"cleanup set large {LARGE}")
    cleaners.later(spoken)
    before = images(api)
    for line in ("cleanup on large", "cleanup sweep all"):
        broken = glass(spoken, held := spoken.say(line))
        assert held.status is Status.HELD, told(held)
        assert "has to be agreed to" in told(broken), line
        assert spoken.pipeline.resume(held.number or 0) is None
    assert images(api) == before


def glass(spoken: Bench, held: Outcome) -> Outcome:
    """What comes of breaking the glass for a request."""
    return spoken.say(f"approval break-glass {held.number} --reason fire")
