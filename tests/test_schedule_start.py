"""Schedules of a bot that runs: a process of its own, a workspace in Slack's place, a real engine."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_process import POLICY, BotProcess, by_socket, started
from docker.api.client import APIClient
from eventually import eventually

from bot.workspace import Message, Workspace
from bot.workspace.people import ADMIN, OPS, VIEWER


@pytest.fixture
def bot(workspace: Workspace, fresh_world: str, tmp_path: Path) -> Iterator[BotProcess]:
    """The bot, joined to the workspace."""
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))) as running:
        yield running


def _said(workspace: Workspace, channel: str, words: str, viewer: str = ADMIN) -> list[Message]:
    return [each for each in workspace.messages(channel, viewer) if each.by_bot and words in each.plain()]


def _add(workspace: Workspace, line: str) -> None:
    before = len(_said(workspace, OPS, "Kept as schedule"))
    workspace.slash(ADMIN, OPS, f"schedule add --yes {line}")
    workspace.wait_for(lambda: len(_said(workspace, OPS, "Kept as schedule")) > before)


def _started(api: APIClient) -> str:
    return str(api.inspect_container("web")["State"]["StartedAt"])


@pytest.mark.usefixtures("bot")
def test_a_run_is_answered_in_its_channel_as_soon_as_it_is_due(workspace: Workspace, api: APIClient) -> None:
    """Nobody waits half a minute for a line that was just added; all who are there see what came of it."""
    before = _started(api)
    _add(workspace, "--at 'in 1s' restart -t 0 web")
    eventually(lambda: _started(api) != before)
    answer = workspace.wait_for(lambda: next(iter(_said(workspace, OPS, "restart -t 0 web", VIEWER)), None))
    assert answer.only_for is None
    assert ADMIN in answer.text


def test_whoever_may_no_longer_do_it_is_told_in_the_channel_and_alone(bot: BotProcess, workspace: Workspace) -> None:
    """The schedule is paused: what it says, why, and how to go on."""
    (bot.folder / "policy.toml").write_text(POLICY)
    _add(workspace, "--at 'in 6s' --name late restart -t 0 web")
    (bot.folder / "policy.toml").write_text(f'{POLICY}\n[[deny]]\nverbs = ["act"]\non = ["name:web"]\n')
    direct = next(channel.id for channel in workspace.channels.values() if channel.with_user == ADMIN)
    for channel, viewer in ((OPS, VIEWER), (direct, ADMIN)):
        told = workspace.wait_for(
            lambda at=channel, who=viewer: next(iter(_said(workspace, at, "is paused", who)), None)
        )
        assert "schedule resume" in told.plain()
    workspace.slash(ADMIN, OPS, "schedule show late")
    workspace.wait_for(lambda: _said(workspace, OPS, "paused by slashdock"))


@pytest.mark.attack("F24")
def test_a_bot_that_stood_still_runs_what_was_due_once(bot: BotProcess, workspace: Workspace, api: APIClient) -> None:
    """It is stopped over the time of the run, and goes on afterwards."""
    before = _started(api)
    _add(workspace, "--at 'in 5s' --name once restart -t 0 web")
    assert bot.process is not None
    os.kill(bot.process.pid, signal.SIGSTOP)
    until = time.time() + 6
    eventually(lambda: time.time() > until)
    assert _started(api) == before
    os.kill(bot.process.pid, signal.SIGCONT)
    after = eventually(lambda: at if (at := _started(api)) != before else "")
    workspace.slash(ADMIN, OPS, "schedule history once --format '{{.Came}} {{.Missed}}'")
    workspace.wait_for(lambda: _said(workspace, OPS, "done"))
    assert _started(api) == after


@pytest.mark.usefixtures("bot")
def test_what_waited_for_maintenance_runs_as_soon_as_that_is_over(workspace: Workspace, api: APIClient) -> None:
    """Nothing is begun meanwhile; whoever says that it is over waits no half minute for it."""
    before = _started(api)
    workspace.slash(ADMIN, OPS, "maintenance start local 1h new disk")
    workspace.wait_for(lambda: _said(workspace, OPS, "is maintained now"))
    _add(workspace, "--at 'in 1s' --name waits restart -t 0 web")
    until = time.time() + 2
    eventually(lambda: time.time() > until)
    assert _started(api) == before
    workspace.slash(ADMIN, OPS, "maintenance end local")
    eventually(lambda: _started(api) != before)
