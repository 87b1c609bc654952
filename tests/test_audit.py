"""The record as a person reads it: `audit ls`, `audit show` and `schedule ls`."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from harness import ADMIN, OPERATOR, STRANGER, VIEWER, Bench
from set_clock import SetClock

from bot import text
from bot.request import Origin, Status
from bot.schedules import Job, Schedules

NOON = 1_780_315_200.0  # 2026-06-01T12:00:00Z


@pytest.fixture
def spoken(bench: Bench) -> Bench:
    """A bot to which six things were said: 1 done, 2 failed, 3 denied, 4 usage, 5 held, 6 by another person."""
    bench.say("network ls")
    bench.say("inspect nothere")
    bench.say("ps", STRANGER)
    bench.say("ps --nope")
    bench.say("image prune")
    bench.say("volume ls", VIEWER, channel="C0OPS")
    return bench


def _told(bench: Bench, line: str, person: str = ADMIN) -> str:
    return text.docker(bench.say(line, person).reply)


def _numbers(bench: Bench, line: str) -> list[str]:
    return _told(bench, f"audit ls -q {line}").split()


def test_the_newest_come_first(spoken: Bench) -> None:
    """A line for each action: its number, its age, who, where, how it ended, what was asked, what went wrong."""
    told = _told(spoken, "audit ls").splitlines()
    assert told[0].split() == ["NUMBER", "WHEN", "PERSON", "HOST", "STATUS", "LINE", "ERROR"]
    ends = [(line.split()[0], next(word for word in line.split() if word in set(Status))) for line in told[2:]]
    assert ends == [
        ("6", "done"), ("5", "held"), ("4", "usage"), ("3", "denied"), ("2", "failed"), ("1", "done"),
    ]  # fmt: skip
    assert re.search(r"^2 .*Less than a second ago +admin +local +failed +inspect nothere +.*No such", told[6])


def test_the_asking_itself_is_recorded(spoken: Bench) -> None:
    """Who read the record stands in it."""
    assert re.search(r"^7 .* running +audit ls", _told(spoken, "audit ls"), re.MULTILINE)


@pytest.mark.parametrize(
    ("flags", "numbers"),
    [
        ("--filter status=denied", ["3"]),
        ("--filter status=denied --filter status=usage", ["4", "3"]),
        ("--filter person=viewer", ["6"]),
        (f"--filter person={STRANGER}", ["3"]),
        ("--filter person=admin --filter status=failed", ["2"]),
        ("--filter verb=ps", ["3"]),
        ("--filter verb='container ls'", ["3"]),
        ("--filter verb='volume list'", ["6"]),
        ("--filter origin=exec", []),
        ("--filter host=other", []),
        ("--filter status=done -n 1", ["6"]),
        ("--filter status=done --filter since=1h", ["6", "1"]),
        ("--filter status=done --filter until=1h", []),
        ("--filter status=done --filter until=2000-01-01", []),
    ],
)
def test_filters_choose(spoken: Bench, flags: str, numbers: list[str]) -> None:
    """Values of one filter add up, filters narrow; verbs are known by every name, times as logs takes them."""
    assert _numbers(spoken, flags) == numbers


def test_actions_are_found_by_what_they_were_about(bench: Bench, fresh_world: str) -> None:
    """By the name, the whole id or the short one."""
    assert fresh_world
    assert bench.say("restart -t 0 web").status is Status.DONE
    identity = bench.store.actions.listed({}, 1)[0]["targets"][0]["id"]
    assert len(identity) == 64
    for value in ("web", identity, identity[:12]):
        assert _numbers(bench, f"--filter target={value}") == ["1"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "audit ls --filter verb=container.restart",
            "invalid verb 'container.restart': there is none of this name; did you mean 'container restart'?",
        ),
        ("audit ls --filter verb=ps --filter verb=zzzzzz", "invalid verb 'zzzzzz': there is none of this name"),
        ("audit ls --filter nope=1", "invalid filter 'nope': expected one of host, origin, person, since, status"),
        ("audit ls --filter since=yesterday", 'failed to parse value as time or duration: "yesterday"'),
        ("audit ls -n 0", "invalid value 0 for -n: expected 1 to 1000"),
        ("audit ls -n 1001", "invalid value 1001 for -n: expected 1 to 1000"),
        ("audit show abc", "invalid number 'abc': expected one that 'docker audit ls' lists"),
        (f"audit show {'9' * 30}", "invalid number '999"),
        ("audit show -- -1", "invalid number '-1'"),
        ("schedule run nightly", "no such scheduled job: nightly (there is cleanup)"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(bench: Bench, line: str, told: str) -> None:
    """The sentence says what was expected."""
    outcome = bench.say(line)
    assert outcome.status is Status.USAGE
    assert told in text.docker(outcome.reply)


def test_there_is_no_action_of_an_unknown_number(bench: Bench) -> None:
    """That is a failure, as of any object that is not there."""
    outcome = bench.say("audit show 99")
    assert (outcome.status, text.docker(outcome.reply)) == (Status.FAILED, "Error: No such action: 99\n")


def test_an_action_is_shown_whole(spoken: Bench) -> None:
    """Who, from where, as typed and as read, why it was allowed or not, and each event with its hash."""
    reply = spoken.say("audit show 6").reply
    told = text.docker(reply)
    for line in (
        "Number:     6",
        "Line:       volume ls",
        "Person:     viewer (U0VIEWER01)",
        "From:       slash C0OPS",
    ):
        assert f"{line}\n" in told
    assert re.search(r"^Verdict: +allow: The role viewer allows", told, re.MULTILINE)
    events = re.findall(r"^  (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)  (\w+) +([0-9a-f]{64})$", told, re.MULTILINE)
    assert [kind for _, kind, _ in events] == ["received", "judged", "intended", "outcome"]
    assert text.added(reply).startswith("Received: ")


def test_a_denial_is_shown_with_its_reason(spoken: Bench) -> None:
    """What was not done has no intent."""
    told = _told(spoken, "audit show 3")
    assert re.search(r"^Verdict: +denied: You are not listed in", told, re.MULTILINE)
    assert "intended" not in told


def test_formats_are_templates(spoken: Bench) -> None:
    """As of every list; audit show has the same names, and all events besides."""
    assert _told(spoken, "audit ls --filter status=failed --format '{{.Number}} {{.Person}} {{.Line}}'") == (
        "2 admin inspect nothere\n"
    )
    row = json.loads(_told(spoken, "audit ls --filter status=failed --format json"))
    assert (row["Number"], row["Status"], row["Verb"]) == ("2", "failed", "inspect")
    whole = json.loads(_told(spoken, "audit show 2 -f json"))
    assert [event["kind"] for event in whole.pop("Events")] == ["received", "judged", "intended", "outcome"]
    assert whole == row
    shape = "{{.Line}}: {{.Status}}{{range .Events}} {{.kind}}{{end}}"
    assert _told(spoken, f"audit show 2 -f '{shape}'") == "inspect nothere: failed received judged intended outcome\n"
    assert spoken.say("audit show 2 -f '{{.nope'").status is Status.FAILED


def test_a_long_line_is_cut_and_stays_on_its_line(bench: Bench) -> None:
    """A line break in what somebody typed makes no row of its own; --no-trunc shows all of it."""
    bench.say("help 'a\nb' " + "x" * 100)
    row = _told(bench, "audit ls --filter verb=help").splitlines()
    assert len(row) == 2
    assert "…" in row[1]
    assert "x" * 100 in _told(bench, "audit ls --filter verb=help --no-trunc")


def test_secrets_are_in_neither_list_nor_file(bench: Bench) -> None:
    """What looks like a secret is masked before it is written down."""
    bench.say("logs --since token=hunter2hunter2 web")
    told = _told(bench, "audit ls --no-trunc") + _told(bench, "audit show 1 -f json")
    assert "hunter2" not in told
    files = [path for path in bench.folder.iterdir() if path.is_file()]
    assert files
    assert not any(b"hunter2" in path.read_bytes() for path in files)


@pytest.mark.parametrize("line", ["audit ls", "audit show 1", "schedule ls", "cleanup plan"])
@pytest.mark.parametrize(
    ("person", "status"), [(VIEWER, Status.DONE), (OPERATOR, Status.DONE), (STRANGER, Status.DENIED)]
)
def test_whoever_may_see_may_read(bench: Bench, line: str, person: str, status: Status) -> None:
    """The verbs that only look are of the class see."""
    bench.say("network ls")
    assert bench.say(line, person).status is status


def test_the_schedule_is_listed(bench: Bench) -> None:
    """The line, when it runs next and how it went."""
    job = Job("cleanup", "cleanup run", "0 3 * * 0", "Europe/Berlin", "C0OPS")
    schedules = Schedules([job], bench.store, SetClock(NOON), lambda _: None)
    spoken = replace(bench, pipeline=replace(bench.pipeline, jobs=schedules.rows))
    reply = spoken.say("schedule ls").reply
    head, row = text.docker(reply).splitlines()
    assert re.split(r" {2,}", head.strip()) == [
        "NAME", "LINE", "CRON", "ZONE", "CHANNEL", "NEXT RUNS (UTC)", "LAST RUN",
    ]  # fmt: skip
    assert re.split(r" {2,}", row.strip()) == [
        "cleanup", "cleanup run", "0 3 * * 0", "Europe/Berlin", "C0OPS",
        "2026-06-07 01:00Z, 2026-06-14 01:00Z, 2026-06-21 01:00Z", "never",
    ]  # fmt: skip
    assert text.added(reply) == "cleanup runs next at 2026-06-07 01:00:00 UTC\n"
    assert _told(spoken, "schedule ls -q") == "cleanup\n"
    spoken.say("cleanup run", job.actor.id, Origin.SCHEDULE)
    assert re.match(r"done \(.+ ago\) \d+$", _told(spoken, "schedule ls --format '{{.Last}} {{.Number}}'"))


def test_an_empty_schedule_says_how_to_fill_it(bench: Bench) -> None:
    """Where nothing is scheduled the setting is named."""
    assert "SLASHDOCK_CLEANUP_CRON" in text.added(bench.say("schedule ls").reply)
