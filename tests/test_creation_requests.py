"""The requests by which containers are made: docker 28 sends for hundreds of lines what is on record, and so do we."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from docker.api.client import APIClient
from harness import ROOT, bench, insist
from oracle import DOCKER, PROBE, needs_docker28
from recorder import Asked, Recorder

from bot import text
from bot.pipeline import Pipeline
from bot.policy import Policy
from commands import catalog

# A row says what docker sent for its line: the query, and how the body differs from the one of the first row; or, where
# it sent nothing, what it said. A new row needs its line alone: the test of docker itself tells the rest.
RECORD = Path(__file__).with_name("creation_requests.jsonl")
ROWS = [json.loads(row) for row in RECORD.read_text().splitlines()]
BARE = ROWS[0]["body"]
MOUNTED = ("a", "x")  # images that lines mount
ABSENT = "<absent>"  # in place of a key that the first body has


@dataclass(frozen=True)
class Sent:
    """What came of a line: the query and the body that were sent, or what was said where nothing was."""

    query: tuple[tuple[str, str], ...] = ()
    body: str = ""
    said: str = ""


def _expected(row: Mapping[str, Any]) -> Sent:
    if "said" in row:
        return Sent(said=row["said"])
    return Sent(tuple(tuple(each) for each in row["query"]), _told(_applied(BARE, row["body"])))


def _applied(bare: Any, changes: Any) -> Any:
    """The first body with the changes of a row."""
    if not isinstance(bare, dict) or not isinstance(changes, dict):
        return changes
    both = bare | {key: _applied(bare.get(key), value) for key, value in changes.items()}
    return {key: value for key, value in both.items() if value != ABSENT}


def _sent(asked: list[Asked], said: str) -> Sent:
    made = [each for each in asked if each.path == "/containers/create"]
    if made:
        return Sent(made[0].query, _told(made[0].body))
    return Sent(said=said.rstrip("\n").partition("\n\nUsage:")[0])


def _told(body: dict[str, Any]) -> str:
    """The body as JSON; docker's own variables and binds are in no order."""
    host = body["HostConfig"]
    unordered = {"Env": _sorted(body["Env"]), "HostConfig": host | {"Binds": _sorted(host["Binds"])}}
    return json.dumps(body | unordered, indent=1, sort_keys=True, ensure_ascii=False)


def _sorted(values: list[str] | None) -> list[str] | None:
    return values and sorted(values)


@pytest.fixture(scope="module")
def recorder(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Recorder, str]]:
    """A recorder before the engine, and its address."""
    recording = Recorder(engine)
    with recording.serve(tmp_path_factory.mktemp("recorder")) as address:
        yield recording, address


@dataclass(frozen=True)
class Speaker:
    """Says lines as somebody who may do all, and agrees to what is asked first."""

    recording: Recorder
    pipeline: Pipeline

    def say(self, line: str) -> Sent:
        """What came of the line."""
        outcome = insist(self.pipeline, line)
        return _sent(self.recording.taken(), text.docker(outcome.reply))


@pytest.fixture(scope="module")
def speaker(engine: str, recorder: tuple[Recorder, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speaker]:
    """A pipeline before the recorder; the images that lines mount are there, or nobody could agree to them."""
    recording, address = recorder
    client = APIClient(engine, version="1.41")
    for name in MOUNTED:
        client.tag("busybox", name)
    specs = tuple(verb.spec for verb in catalog.load())
    made = bench(address, tmp_path_factory.mktemp("data"), Policy.parse(ROOT, "policy.toml", specs))
    yield Speaker(recording, made.pipeline)
    made.close()
    for name in MOUNTED:
        client.remove_image(f"{name}:latest")
    client.close()


def test_there_are_hundreds_of_lines() -> None:
    """As many that are sent as are refused, and no line twice."""
    sent = sum("body" in row for row in ROWS)
    assert min(sent, len(ROWS) - sent) > 200
    assert len({row["line"] for row in ROWS}) == len(ROWS)


def test_every_line_asks_the_engine_for_what_docker_asks(speaker: Speaker) -> None:
    """Query and body to the last key, and docker's own sentence where it sends nothing."""
    wrong = [
        f"$ docker {row['line']}\n{_difference(_expected(row), said)}"
        for row in ROWS
        if (said := speaker.say(row["line"])) != _expected(row)
    ]
    assert not wrong, "\n".join(wrong)


@needs_docker28
def test_the_record_is_docker_s_own(recorder: tuple[Recorder, str]) -> None:
    """Where docker 28 is found it sends, or says, what the record says."""
    recording, address = recorder
    wrong = []
    for row in ROWS[::PROBE]:
        ran = subprocess.run(
            [DOCKER, *shlex.split(row["line"])],
            env={"DOCKER_HOST": address, "HOME": "/nonexistent", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        sent = _sent(recording.taken(), ran.stdout + ran.stderr)
        if sent != _expected(row):
            wrong.append(f"$ docker {row['line']}\n{_difference(_expected(row), sent)}")
    assert not wrong, "\n".join(wrong)


def _difference(expected: Sent, sent: Sent) -> str:
    """The lines that one of them has and the other has not."""
    theirs, ours = (
        [*map(str, each.query), *each.body.splitlines(), *each.said.splitlines()] for each in (expected, sent)
    )
    missing = [f"  record: {line.strip()}" for line in theirs if line not in ours]
    return "\n".join([*missing, *(f"  sent:   {line.strip()}" for line in ours if line not in theirs)])
