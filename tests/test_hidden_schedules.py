"""What runs by the clock is known to those from whom nothing is hidden on its host, by whatever way they ask."""

from __future__ import annotations

import re

import pytest
from docker.api.client import APIClient
from nights import CHANGES, HOUR, Night
from offices import EVE, SAM, told

from bot.request import Status

HIDES = """
[[roles.eye.allow]]
verbs = ["change", "act"]
on = ["*"]
[[deny]]
verbs = ["see"]
on = ["name:web"]
"""
LINE = "--every 1h --name hourly restart -t 0 web"


@pytest.fixture
def hidden(night: Night) -> int:
    """The number of dev's schedule of what Eve may not see, whatever else she may do, with a run that was skipped."""
    number = night.add(LINE)
    night.passes(2.6 * HOUR)
    night.ruled(HIDES)
    return number


WAYS = [
    "audit ls",
    "audit ls --filter origin=schedule",
    "audit ls --filter text=restart",
    "audit ls --filter text=hourly",
    "audit export",
    "audit stats --by verb",
    "audit show {}",
    "audit show {skip}",
    "why {}",
    "output {}",
    "approval show {}",
    "report",
    "schedule ls",
]


@pytest.mark.attack("F35")
@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_reading_tells_of_a_line_that_was_not_looked_up(night: Night, hidden: int, way: str) -> None:
    """Neither of the one that put it on the timetable, nor of a run that was skipped; who sees all reads both."""
    (skip,) = night.bench.store.actions.listed({"status": ("cancelled",)}, 9)
    line = way.replace("{skip}", str(skip["number"])).format(hidden)
    said = re.sub("text=[a-z]+", "", told(night.say(line, EVE)).replace(line, ""))  # her own line is hers to read
    for word in ("web", "restart", "hourly"):
        assert word not in said
    night.ruled("")
    said = told(night.say("audit ls --no-trunc", EVE))
    assert "--name=hourly" in said
    assert "container restart --timeout=0 web" in said


@pytest.mark.attack("F35")
@pytest.mark.parametrize("act", ["run", "show", "pause", "resume", "rm", "revoke", "history"])
def test_what_one_may_not_know_is_not_there_by_its_number(night: Night, api: APIClient, hidden: int, act: str) -> None:
    """As any other number, and by its name; nothing is run of it, and nothing that is written down tells its line."""
    before = api.inspect_container("web")["State"]["StartedAt"]
    (there, absent, named) = (night.say(f"schedule {act} {word}", EVE) for word in (hidden, 9999, "hourly"))
    assert told(there).replace(str(hidden), "9999") == told(absent) == told(named).replace("hourly", "9999")
    assert {there.status, absent.status, named.status} < {Status.DENIED, Status.FAILED}
    assert "Nothing" in told(there)
    action = night.bench.store.actions.get(there.number or 0)
    assert action is not None
    assert (action["verb"], action["line"]) == (f"schedule {act}", f"schedule {act} {hidden}")
    assert api.inspect_container("web")["State"]["StartedAt"] == before


@pytest.mark.attack("F35")
def test_a_name_that_is_taken_tells_nothing_of_who_has_it(night: Night, hidden: int) -> None:
    """Each has names of their own, and means their own by one."""
    own = night.add("--every 2h --name hourly ps", EVE)
    assert f"{own} (hourly)" in told(night.say("schedule show hourly", EVE))
    assert f"{hidden} (hourly)" in told(night.say("schedule show hourly"))
    assert night.say("schedule run hourly", EVE).line == "schedule run hourly"
    assert night.say("schedule rm hourly", EVE).status is Status.DONE
    assert [each.number for each in night.bench.store.timetable.entries() if each.state == "active"] == [hidden]


def test_a_name_of_several_others_is_nobodys(night: Night) -> None:
    """Who may know of both is told their numbers, and nothing is done until they say one."""
    night.ruled(CHANGES)
    first, second = night.add("--every 1h --name hourly ps"), night.add("--every 1h --name hourly ps", EVE)
    for act in ("show", "pause", "run", "rm", "history"):
        said = told(night.say(f"schedule {act} hourly", SAM))
        assert f"{first} (dev's), {second} (eve's)" in said
    assert {each.state for each in night.bench.store.timetable.entries()} == {"active"}
    assert night.say(f"schedule rm {second}", SAM).status is Status.DONE
    assert "Say the number" in told(night.say("schedule pause hourly", SAM))


def test_what_was_altered_is_told_to_those_who_see_all(night: Night, hidden: int) -> None:
    """For others it is as if it were not there."""
    db = night.file()
    db.execute("UPDATE timetable SET line = 'rm -f web'")
    db.commit()
    db.close()
    assert "altered" not in told(night.say(f"schedule show {hidden}", EVE))
    night.ruled("")
    assert "altered" in told(night.say(f"schedule show {hidden}", EVE))
