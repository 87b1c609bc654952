"""Reports that come by themselves: `report set` and `report rm` are other ways to write lines of the timetable."""

from __future__ import annotations

import pytest
from nights import DAY, OPS, Night, button, moments
from offices import DEV, EVE, told

from bot.request import Status
from commands import catalog, grammar

MONDAYS = 'report set weekly "0 8 * * mon" --tz Europe/Berlin'


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (MONDAYS, "schedule add --tz=Europe/Berlin '0 8 * * mon' report now weekly"),
        ("report set daily --every 1d", "schedule add --every=1d report now daily"),
        ("report set --every 1d", "schedule add --every=1d report now daily"),
        ("report set --every 1d --reason us", "schedule add --every=1d --reason=us report now --reason=us daily"),
        (
            "report set weekly '0 8 * * mon' --pdf --html",
            "schedule add '0 8 * * mon' report now --html --pdf weekly",
        ),
        ("report set '0 8 * * *' --html -y", "schedule add --yes '0 8 * * *' report now --html daily"),
        (
            "report set weekly --at 18:00 --name one --late skip --quiet-ok",
            "schedule add --at=18:00 --late=skip --name=one --quiet-ok report now weekly",
        ),
        ("report rm 12", "schedule rm 12"),
        ("report remove mondays", "schedule rm mondays"),
    ],
)
def test_there_is_one_way_to_have_something_run_by_the_clock(said: str, meant: str) -> None:
    """What is set, or removed, is the line of the timetable that does that, judged and recorded as such."""
    assert grammar.canonical(catalog.load().parse(said).command) == meant


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("report set", "say when"),
        ("report set weekly", "say when"),
        ("report set weekly 0 8 * * mon", "say when"),
        ("report set weekly daily --every 1d", "say when"),
        ("report set '0 8 * * mon' weekly", "say when"),
        ("report set hourly '0 8 * * *'", "no such kind of report: hourly (there are daily, weekly)"),
        ("report set --every 1d --at 18:00", "choose one"),
        ("report set --every 1d --name cleanup", "job of the settings"),
        ("report set --every soon", "expected 90m"),
        ("report set '0 8 * * mon' --tz Mars", "is no time zone"),
        ("report rm 99", "Nothing on the timetable is called '99'"),
    ],
)
def test_what_cannot_be_set_is_told_with_what_to_do(night: Night, line: str, why: str) -> None:
    """And nothing is on the timetable then."""
    outcome = night.say(line)
    assert outcome.status in {Status.FAILED, Status.USAGE}
    assert why in told(outcome)
    assert night.bench.store.timetable.entries() == []


def test_a_report_is_shown_then_kept_then_told_in_its_channel_then_removed(night: Night) -> None:
    """With its next three runs, as whoever set it; both lists have it while it lasts."""
    shown = night.say(MONDAYS)
    assert shown.status is Status.HELD
    assert moments(shown) == ["06-08 06:00", "06-15 06:00", "06-22 06:00"]
    assert "No report comes by itself" in told(night.say("report ls"))
    _, line, confirms = button(shown)
    number = night.say(line, confirmed=confirms).number
    night.add("--every 1d --name probe ps")
    for each in ("report ls", "schedule ls"):
        assert "report now weekly" in told(night.say(each))
    assert "probe" not in told(night.say("report ls"))
    assert moments(night.say("report ls")) == ["06-08 06:00"]
    (outcome,) = [each for each in night.passes(7 * DAY) if "report of local" in told(each)]
    assert outcome.due is not None
    assert outcome.due.public
    action = night.bench.store.actions.get(outcome.number or 0)
    assert action is not None
    facts = (action["verb"], action["actor"], action["channel"], action["origin"])
    assert facts == ("report now", DEV, OPS, "schedule")
    assert night.say(f"report rm {number}").status is Status.DONE
    assert "No report comes by itself" in told(night.say("report ls"))


def test_it_is_judged_at_each_run(night: Night) -> None:
    """Whoever may look no more is told nothing, and it is paused."""
    night.say(f"{MONDAYS} --yes")
    night.ruled('[[deny]]\nverbs = ["report now"]\non = ["*"]')
    (outcome,) = night.passes(7 * DAY)
    assert outcome.status is Status.DENIED
    assert night.bench.store.timetable.entries()[0].state == "paused"


@pytest.mark.parametrize("verb", ["report set", "schedule add"])
def test_a_rule_about_one_of_the_two_is_about_both(night: Night, verb: str) -> None:
    """By whichever name it is written in the policy."""
    night.ruled(f'[[deny]]\nverbs = ["{verb}"]\non = ["*"]')
    for line in (MONDAYS, "schedule add --every 1d report now"):
        assert night.say(line).status is Status.DENIED


def test_reports_of_others_are_listed_to_whom_nothing_is_hidden(night: Night) -> None:
    """As schedules are."""
    night.say(f"{MONDAYS} --name mondays --yes")
    assert "mondays" in told(night.say("report ls", EVE))
    night.ruled('[[deny]]\nverbs = ["see"]\non = ["name:web"]')
    assert "mondays" not in told(night.say("report ls", EVE))
