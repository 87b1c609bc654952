"""The dialogs: what docker 28 answers, replayed through slashdock and, where one is found, through docker itself."""

from __future__ import annotations

import shlex
import subprocess

import dialog
import pytest
from dialog import Turn, same
from harness import Bench
from oracle import DOCKER, needs_docker28

from bot import text
from commands.container import recent

FILES = {str(path.relative_to(dialog.FOLDER)): path for path in dialog.files()}


@pytest.fixture(autouse=True)
def each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """No look at what a container uses is told again for the next line."""
    monkeypatch.setattr(recent, "FRESH", 0.0)


@pytest.mark.parametrize("name", FILES)
def test_slashdock_answers_as_the_record_says(name: str, inhabited: Bench) -> None:
    """Every line of the dialog gets docker's answer to the character, and slashdock's own words besides."""
    for turn in dialog.turns(FILES[name]):
        reply = inhabited.say(turn.line).reply
        assert (turn.where, same(text.docker(reply))) == (turn.where, same(turn.answer))
        assert (turn.where, same(text.added(reply))) == (turn.where, same(turn.added))


@needs_docker28
@pytest.mark.parametrize("name", FILES)
def test_docker_itself_answers_as_the_record_says(name: str, fresh_world: str) -> None:
    """The record is docker 28's own: where that binary is found it says the same on the same engine."""
    for turn in dialog.turns(FILES[name]):
        if turn.answer or not turn.added:
            assert (turn.where, _answer(fresh_world, turn)) == (turn.where, same(turn.answer))


def _answer(engine: str, turn: Turn) -> str:
    words = shlex.split(turn.line)[1:]
    ran = subprocess.run(
        [DOCKER, *words],
        env={"DOCKER_HOST": engine, "HOME": "/nonexistent", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return same(ran.stdout + ran.stderr)
