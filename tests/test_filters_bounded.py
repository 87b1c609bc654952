"""The filters and the export of the record: how many there may be, how long they may take, and pages without a gap."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import harness
import pytest
from bot_process import BotProcess
from harness import VIEWER, Bench
from offices import DEV, SAM, Office
from set_clock import SetClock

from bot import actions, text
from bot.actions import TooLong
from bot.reader import Reader
from bot.request import Status
from bot.store import FILE, Store
from commands import catalog, grammar
from commands.audit import export
from commands.audit.filtering import MOST


def _told(made: Bench, line: str) -> str:
    said = made.say(line)
    return text.docker(said.reply) + text.added(said.reply)


def test_no_line_asks_for_more_than_a_few_values(bench: Bench) -> None:
    """One that is given twice counts once, a word of a text as one; whoever says more is told what to do."""
    bench.say("network ls")
    words = " ".join(f"w{each}" for each in range(MOST + 1))
    for line in (
        "audit ls " + " ".join(f"-f target=a{each}" for each in range(MOST + 1)),
        "audit stats " + " ".join(f"host=a{each}" for each in range(MOST)) + " since=1h",
        f"audit export 'text={words}'",
        "audit ls " + "".join(f"-fhost={each} " for each in range(800)),
    ):
        said = bench.say(line)
        assert said.status is Status.USAGE, line
        assert f"at most {MOST} are looked for. Leave some out" in text.docker(said.reply)
    assert bench.say("audit ls " + "-fhost=a " * 1090).status is Status.DONE
    several = " ".join(f"target=a{each}" for each in range(MOST - 1))
    assert _told(bench, f"audit ls -q {several} host=local").split() == []
    assert _told(bench, "audit ls -q " + "text='network ls' " * 30 + "verb='network ls'").split() == ["1"]


def test_a_search_ends_in_time(bench: Bench) -> None:
    """What it finds no end of is given up with a word on what to do, and hinders no other."""
    with bench.store.journal.writing() as db:
        for number in range(1, 300):
            bench.store.journal.append(db, number, "received", {"actor": VIEWER, "line": "network ls"})
    bench.store.actions.patience = -1.0
    for line in ("audit ls host=x", "audit stats", "audit export host=x"):
        said = bench.say(line)
        assert said.status is Status.FAILED, line
        assert "Say since when (since=24h)" in text.added(said.reply)
    bench.store.actions.patience = 60.0
    assert _told(bench, "audit ls -q -n 2 text=network actor=" + VIEWER).split() == ["299", "298"]


def test_what_is_counted_is_judged_where_something_is_hidden(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each object once, however many actions are about it; where nothing is, however many they are, none."""
    judged = list[str]()
    see = Reader._is_seen
    monkeypatch.setattr(Reader, "_is_seen", lambda *asked: judged.append(asked[1]["name"]) or see(*asked))
    _write(office("").store, ["web", "worker"] * 5)
    counts = []
    for rules in ("", '[[deny]]\nverbs = ["see", "read"]\non = ["name:web"]\n'):
        told = text.added(office(rules).say("audit stats verb=restart", SAM).reply)
        counts.append(told.splitlines()[1].split()[2:4])
    assert counts == [["10", "10"], ["5", "5"]]
    assert sorted(judged) == ["web", "worker"]


def _write(store: Store, names: Iterable[str]) -> None:
    said = {"actor": DEV, "line": "restart", "verb": "container restart", "host": "local"}
    with store.journal.writing() as db:
        for number, name in enumerate(names, start=1):
            target = {
                "kind": "container",
                "id": name * 9,
                "name": name,
                "labels": {},
                "image": "busybox",
                "inherited": [],
            }
            store.journal.append(db, number, "received", said)
            store.journal.append(db, number, "judged", said | {"verdict": "allow"})
            store.journal.append(db, number, "intended", {"targets": [target]})
            store.journal.append(db, number, "outcome", {"status": "done", "duration_ms": 12})


def test_each_action_is_judged_once_and_in_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few may be shown: they are taken a page at a time, and what takes long is the judging as well."""
    with bench.store.journal.writing() as db:
        for number in range(1, 10):
            bench.store.journal.append(db, number, "received", {"actor": VIEWER, "line": "network ls"})
    monkeypatch.setattr(actions, "PAGE", 2)
    judged = list[int]()

    def chosen(action: Mapping[str, Any]) -> bool:
        judged.append(action["number"])
        return action["number"] in {8, 3, 2}

    search = bench.store.actions.searched
    assert [each["number"] for each in search({}, 2, chosen)] == [8, 3]
    assert judged == list(range(9, 2, -1))
    assert [each["number"] for each in search({"before": ("8",)}, 9, chosen)] == [3, 2]
    judged.clear()
    bench.store.actions.patience = 1e-9
    with pytest.raises(TooLong):
        search({}, 2, chosen)
    assert judged == []


def test_a_zero_byte_is_no_word(bench: Bench) -> None:
    """The index knows none either."""
    bench.say("network ls")
    said = bench.say("audit ls 'text=\0'")
    assert (said.status, "it needs a word" in text.docker(said.reply)) == (Status.USAGE, True)
    assert bench.store.actions.listed({"text": ("\0",)}, 9) == []
    assert len(bench.store.actions.listed({"text": ("\0", "network")}, 9)) == 1


@pytest.mark.parametrize("verb", ["audit ls", "audit export", "audit stats"])
def test_a_filter_is_taken_as_people_write_it(bench: Bench, verb: str) -> None:
    """Without --filter before it; it is recorded as the same line."""
    parsed = catalog.load().parse(f"{verb} actor=viewer --filter status=done Verb='network ls'").command
    assert grammar.canonical(parsed) == f"{verb} --filter=status=done --filter=actor=viewer '--filter=verb=network ls'"
    said = bench.say(f"{verb} web")
    assert said.status is Status.USAGE
    assert "invalid filter 'web': bad format of filter (expected name=value)" in text.docker(said.reply)


def test_what_it_chooses_is_the_same(bench: Bench) -> None:
    """Both ways, and on the button for the page after."""
    for _ in range(3):
        bench.say("network ls", VIEWER)
    both = [_told(bench, f"audit ls -q -n 2 {way}person=viewer") for way in ("", "--filter ")]
    assert both == ["3\n2\n"] * 2
    assert "audit ls --before 2 -n 2 --filter person=viewer" in str(bench.say("audit ls -n 2 person=viewer").reply)


def test_the_files_of_an_export_follow_each_other_by_number(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many were asked within a millisecond; each file's note has the flag for the one before it."""
    monkeypatch.setattr(export, "MOST", 2)
    clock = SetClock(1_780_000_000.0)
    made = harness.bench(engine, tmp_path, clock=clock)
    for _ in range(5):
        made.say("network ls")
        clock.at += 0.0002
    files, line = list[list[int]](), "audit export --format json --before 6"
    while line:
        said = made.say(line).reply
        files.append([json.loads(each)["number"] for each in text.docker(said).splitlines()])
        more = re.search(r"--before \d+$", text.added(said).strip())
        line = f"audit export --format json {more[0]}" if more else ""
    made.close()
    assert files == [[4, 5], [2, 3], [1]]


def test_every_cell_of_a_table_is_quoted(bench: Bench) -> None:
    """A spreadsheet that divides at semicolons finds none outside of a cell."""
    bench.say("logs 'web;=1+1' \"it's\"")
    told = _told(bench, "audit export")
    assert all(line.startswith('"') and line.endswith('"') for line in told.splitlines())
    rows = list(csv.reader(io.StringIO(told)))
    assert all(line.count('","') == len(rows[0]) - 1 for line in told.splitlines())
    assert ";=1+1" in rows[1][rows[0].index("line")]


def test_a_byte_that_is_no_text_is_refused_in_words(engine: str, tmp_path: Path) -> None:
    """From a shell and from anywhere else; nothing is left open."""
    bot = BotProcess(tmp_path, engine)
    said = bot.run("exec", "--as", "ada", "ps", "--filter", os.fsdecode(b"name=\xff"))
    assert (said.returncode, said.stdout) == (2, "")
    assert "has a byte or a character that is no text" in said.stderr
    with closing(sqlite3.connect(tmp_path / "data" / FILE)) as db:
        assert db.execute("SELECT line, status FROM actions").fetchall() == [("ps --filter 'name=\\udcff'", "usage")]


def test_half_a_character_is_refused_as_well(bench: Bench) -> None:
    """Slack's JSON can hold one."""
    said = bench.say("audit ls -f 'text=\ud800'")
    assert (said.status, "that is no text" in text.docker(said.reply)) == (Status.USAGE, True)
    assert said.line == "audit ls -f 'text=\\ud800'"
