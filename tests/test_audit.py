"""The record as a person reads it: `audit ls`, `audit show` and `schedule ls`."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from harness import ADMIN, OPERATOR, STRANGER, VIEWER, Bench
from set_clock import SetClock

from bot import text
from bot.bounds import KEPT as DAY
from bot.dues import Cron
from bot.jobs import Job
from bot.policy import Policy
from bot.request import Origin, Status
from bot.spool import Spool
from commands.lasting import Kind, Lasting
from commands.reply import Buttons, Reply, note

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
    assert re.search(r"^2 .* seconds? ago +admin +local +failed +inspect nothere +.*No such", told[6])


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
        ("audit ls --filter nope=1", "invalid filter 'nope': expected one of actor, host, origin, outcome, person"),
        ("audit ls --filter since=yesterday", 'failed to parse value as time or duration: "yesterday"'),
        ("audit ls -n 0", "invalid value 0 for -n: expected 1 to 1000"),
        ("audit ls -n 1001", "invalid value 1001 for -n: expected 1 to 1000"),
        ("audit show abc", "invalid number 'abc': expected one that 'docker audit ls' lists"),
        (f"audit show {'9' * 30}", "invalid number '999"),
        ("audit show -- -1", "invalid number '-1'"),
        ("schedule run nightly --dry-run", "--dry-run is for cleanup alone"),
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
    story = re.findall(r"^  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z  [0-9a-f]{12}  (\w+) +(.*)$", told, re.MULTILINE)
    assert [kind for kind, _ in story] == ["received", "judged", "intended", "outcome"]
    assert story[0][1] == "by U0VIEWER01 slash C0OPS"
    assert story[1][1].startswith("allow: The role viewer allows")
    assert re.fullmatch(r"done, in \d+ms, answered \d+ bytes", story[3][1])
    assert text.added(reply).startswith("Received: ")


def test_an_old_action_is_told_to_lie_in_its_archive(spoken: Bench) -> None:
    """Whoever sees the whole host learns where."""
    spoken.store.archive.move(time.time() + DAY)
    (year,) = (path.name for path in spoken.folder.glob("archive-*.db"))
    outcome = spoken.say("audit show 1")
    assert text.docker(outcome.reply) == "Error: No such action: 1\n"
    assert text.added(outcome.reply) == f"It was moved to {year}, in the data folder; any SQLite reads that.\n"


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
    job = Job.own("cleanup", "cleanup run", Cron("0 3 * * 0", "Europe/Berlin"), "C0OPS")
    spoken = replace(bench, pipeline=replace(bench.pipeline, jobs=lambda: [job], clock=SetClock(NOON)))
    reply = spoken.say("schedule ls").reply
    head, row = text.docker(reply).splitlines()
    assert re.split(r" {2,}", head.strip()) == [
        "NAME", "LINE", "WHEN", "PERSON", "STATE", "NEXT RUN (UTC)", "LAST RUN",
    ]  # fmt: skip
    assert re.split(r" {2,}", row.strip()) == [
        "cleanup", "cleanup run", "0 3 * * 0 (Europe/Berlin)", "active", "2026-06-07 01:00Z", "never",
    ]  # fmt: skip
    assert text.added(reply) == "cleanup runs next at 2026-06-07 01:00:00 UTC\n"
    assert _told(spoken, "schedule ls -q") == "cleanup\n"
    number = spoken.say("cleanup run", job.actor.id, Origin.SCHEDULE).number
    bench.store.runs.claim("cleanup", NOON)
    bench.store.runs.done("cleanup", NOON, "done", number)
    assert re.match(r"done \(.+ ago\) \d+$", _told(spoken, "schedule ls --format '{{.Last}} {{.Number}}'"))


def test_an_empty_schedule_says_how_to_fill_it(bench: Bench) -> None:
    """Where nothing is scheduled the setting is named."""
    assert "SLASHDOCK_CLEANUP_CRON" in text.added(bench.say("schedule ls").reply)


def test_pages_follow_each_other(spoken: Bench) -> None:
    """Where there is more, a button has the line for it; the pages together are the list."""
    first = spoken.say("audit ls -n 2 --filter origin=slash --filter status=done --filter status=denied")
    (button,) = _buttons(first.reply)
    assert button == "audit ls --before 3 -n 2 --filter origin=slash --filter status=done --filter status=denied"
    second = spoken.say(button)
    told = [line.split()[0] for reply in (first, second) for line in text.docker(reply.reply).splitlines()[1:]]
    assert told == ["6", "3", "1"]
    assert _buttons(second.reply) == []


def _buttons(reply: Reply) -> list[str]:
    return [each.line for part in reply.parts if isinstance(part, Buttons) for each in part.buttons]


@pytest.mark.parametrize(
    ("flags", "numbers"),
    [
        ("--filter text=nothere", ["2"]),
        ("--filter text=NOTHE", ["2"]),
        ("--filter text='no such object'", ["2"]),
        ("--filter text='object nothere'", ["2"]),
        ("--filter text=unknown", ["4"]),
        ("--filter text=zzz", []),
        ("--filter 'text=nothere\" OR \"ls'", []),
        ("--filter text=nothere --filter text=--nope", ["4", "2"]),
        ("--filter actor=viewer --filter outcome=done", ["6"]),
        ("--filter person=viewer --filter actor=admin --filter text=ls", ["6", "1"]),
    ],
)
def test_what_was_said_is_found_by_its_words(spoken: Bench, flags: str, numbers: list[str]) -> None:
    """Lines, reasons and errors; all words of a value must be there, from their beginnings, in any case."""
    assert [each for each in _numbers(spoken, flags) if int(each) <= 6] == numbers


def test_the_record_is_exported_as_lines_of_json(spoken: Bench) -> None:
    """The oldest first, each with its facts."""
    told = [json.loads(line) for line in _told(spoken, "audit export --format json --since 1h").splitlines()]
    assert [(each["number"], each["status"]) for each in told] == [
        (1, "done"), (2, "failed"), (3, "denied"), (4, "usage"), (5, "held"), (6, "done"), (7, "running"),
    ]  # fmt: skip
    assert told[5]["person"] == "viewer"
    assert told[5]["channel"] == "C0OPS"


def test_the_record_is_exported_as_a_table_that_computes_nothing(bench: Bench) -> None:
    """A spreadsheet takes a cell that begins with = for a formula: it gets a quote before it."""
    bench.say("=cmd|' /C calc'!A0")
    rows = list(csv.DictReader(io.StringIO(_told(bench, "audit export"))))
    assert rows[0]["line"].startswith("'=cmd|")
    assert [row["number"] for row in rows] == ["1", "2"]


def test_use_is_counted(spoken: Bench) -> None:
    """A row for each verb, the most used first; for each person; by what came of it."""
    rows = [line.split() for line in text.added(spoken.say("audit stats").reply).splitlines()]
    assert rows[0] == ["VERB", "ACTIONS", "DONE", "FAILED", "DENIED", "OTHER", "MEDIAN"]
    assert ["inspect", "1", "0", "1", "0", "0"] in rows
    people = [line.split() for line in text.added(spoken.say("audit stats --by person").reply).splitlines()]
    assert people[1][:3] == ["admin", "6", "2"]
    assert _told(spoken, "audit stats --filter person=nobody") == "Nothing was asked in this time.\n"


def test_the_record_is_verified(spoken: Bench) -> None:
    """It says how much was looked at, and what its own head is."""
    told = _told(spoken, "audit verify")
    found = re.fullmatch(
        r"The record is whole: (\d+) events, and 0 published heads in their places\.\nIts head is (\d+):\w{64}\.\n",
        told,
    )
    assert found
    assert found[1] == found[2]
    wrong = spoken.say("audit verify --head 12")
    assert "no head of the record" in text.added(wrong.reply)


def test_an_answer_is_shown_again(spoken: Bench) -> None:
    """By its number or as the last, whole or in parts, without another look at the engine."""
    first = _told(spoken, "output 1")
    assert first.startswith("NETWORK ID")
    assert _told(spoken, "output 1 --grep bridge").splitlines()[1].split()[1] == "bridge"
    assert _told(spoken, "output 2") == "[]\nError: No such object: nothere\n"
    assert _told(spoken, "output") == _told(spoken, "output 5")
    assert _told(spoken, "output 1 --tail 1") == first.splitlines(keepends=True)[-1]
    assert _told(spoken, "output 1 --page 1") == first
    assert _told(spoken, "output 1 --page 2") == "Error: No such page: number 1 has 1\n"


def test_an_answer_is_shown_again_to_whom_it_was_shown(spoken: Bench, fresh_world: str) -> None:
    """The asker; and where everybody in a channel could see it, whoever asks in there."""
    assert fresh_world
    gone = "Error: No answer is kept for number {}: answers are kept for a day, and shown to whoever could see them.\n"
    assert _told(spoken, "output 6", VIEWER).startswith("DRIVER")
    assert _told(spoken, "output 6") == gone.format(6)
    assert _told(spoken, "output 99") == gone.format(99)
    public = spoken.say("restart -t 0 web", channel="C0OPS").number
    there = spoken.say(f"output {public}", VIEWER, channel="C0OPS")
    assert text.docker(there.reply) == "web\n"
    assert _told(spoken, f"output {public}", VIEWER) == gone.format(public)


def test_the_policy_says_for_how_long_answers_are_kept(tmp_path: Path) -> None:
    """What it says now counts, also for what was answered before."""
    kept = [2 * DAY]
    spool = Spool(tmp_path, lambda: kept[0])
    digest = spool.keep(1, replace(note("said"), lasting=(Lasting(Kind.EXEC, "e1"),)))["sha256"]
    os.utime(tmp_path / "1.json", (0, time.time() - DAY - 1))
    assert spool.get(1, digest) == note("said")
    kept[0] = DAY
    assert spool.get(1, digest) is None
    read = Policy.parse('version = 1\n[answers]\nkept = "7d"\n', "policy.toml", ()).terms.kept
    assert read == 7 * DAY


def _kept(spool: Spool, folder: Path, numbers: range) -> list[int]:
    """Which of them are there after each was kept, a second later than the one before."""
    for number in numbers:
        spool.keep(number, note("x" * 500))
        os.utime(folder / f"{number}.json", (0, time.time() - 100 + number))
    return sorted(int(path.stem) for path in folder.iterdir())


def test_the_oldest_answers_go_first_where_there_are_too_many(tmp_path: Path) -> None:
    """A flood of answers fills no disk, though nobody looks after it; a tenth is free then."""
    size = Spool(tmp_path, room=10_000).keep(1, note("x" * 500))["bytes"]
    assert _kept(Spool(tmp_path, room=10 * size), tmp_path, range(1, 13)) == list(range(3, 13))
    assert _kept(Spool(tmp_path, room=3 * size), tmp_path, range(0)) == [11, 12]
    assert _kept(Spool(tmp_path, room=3 * size), tmp_path, range(13, 15)) == [13, 14]


def test_no_answer_outlives_a_newer_one(tmp_path: Path) -> None:
    """Though it would fit into what is free; the rules are asked once for how long answers are kept."""
    asked = list[None]()
    spool = Spool(tmp_path, lambda: asked.append(None) or DAY, room=1000)
    for number, size in ((1, 300), (2, 600), (3, 500)):
        (tmp_path / f"{number}.json").write_bytes(bytes(size))
        os.utime(tmp_path / f"{number}.json", (0, time.time() - 100 + number))
    asked.clear()
    spool.trim()
    assert ([path.name for path in tmp_path.iterdir()], len(asked)) == (["3.json"], 1)


def test_an_answer_that_somebody_altered_is_not_told_as_one(tmp_path: Path) -> None:
    """Its hash stands in the record; neither is one that is newer than any clock says."""
    spool = Spool(tmp_path)
    digest = spool.keep(1, note("said"))["sha256"]
    other = spool.keep(2, note("other"))["sha256"]
    assert spool.get(1, other) is None
    (tmp_path / "1.json").write_bytes((tmp_path / "2.json").read_bytes())
    assert spool.get(1, digest) is None
    os.utime(tmp_path / "2.json", (0, time.time() + 400 * DAY))
    assert spool.get(2, other) is None
    Spool(tmp_path)
    assert not (tmp_path / "2.json").exists()


def test_an_answer_is_kept_for_a_day(spoken: Bench) -> None:
    """After that it is gone, from the disk as well."""
    kept = spoken.folder / "spool" / "1.json"
    os.utime(kept, (kept.stat().st_atime, kept.stat().st_mtime - DAY - 1))
    assert "No answer is kept" in _told(spoken, "output 1")
    spoken.store.spool.trim()
    assert not kept.exists()
    assert (spoken.folder / "spool" / "2.json").exists()
