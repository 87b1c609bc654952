"""Logs that are followed: the whole bot in the workspace, and a real container that goes on printing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bot_process import BotProcess, by_socket, started
from docker.api.client import APIClient
from eventually import eventually

from bot.workspace import Message, Workspace
from bot.workspace.people import ADMIN, OPS

PRINTER = "i=0; while true; do i=$((i+1)); echo line $i; usleep 200000; done"


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """A workspace of four people on a port of its own."""
    made = Workspace()
    with made.serve():
        yield made


@pytest.fixture
def bot(workspace: Workspace, fresh_world: str, tmp_path: Path) -> Iterator[BotProcess]:
    """The bot, joined to the workspace."""
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))) as running:
        yield running


@pytest.fixture
def printer(api: APIClient) -> str:
    """A container that prints a line five times a second."""
    made = api.create_container("busybox", ["sh", "-c", PRINTER], name="printer")["Id"]
    api.start(made)
    return str(made)


def _painted(workspace: Workspace, channel: str, text: str) -> Message | None:
    """The newest message of the bot's there that has this text."""
    found = [each for each in workspace.messages(channel, ADMIN) if each.by_bot and text in each.text]
    return found[-1] if found else None


def _newest(message: Message) -> int:
    return max(map(int, re.findall(r"line (\d+)", message.text)), default=0)


@pytest.mark.usefixtures("bot", "printer")
def test_a_log_is_followed_painted_and_stopped(workspace: Workspace) -> None:
    """For everybody where the line says so; what it printed is a file in the end, whole."""
    workspace.slash(ADMIN, OPS, "logs -f --public printer")
    first = eventually(lambda: _painted(workspace, OPS, "line 3"))
    later: Callable[[], Message | None] = lambda: _painted(workspace, OPS, f"line {_newest(first) + 10}")  # noqa: E731
    again = eventually(later)
    assert again.ts == first.ts
    workspace.click(ADMIN, OPS, again.ts, "Stop")
    told = eventually(lambda: _painted(workspace, OPS, "stopped it"))
    count = int(re.search(r"(\d+) lines in", told.text)[1])  # type: ignore[index]
    (shown,) = eventually(lambda: workspace.messages(OPS, ADMIN)[-1].files)
    assert shown["name"] == "printer.log"
    assert count >= _newest(again) - 1
    assert not [block for block in _painted(workspace, OPS, "ran").blocks if block["type"] == "actions"]  # type: ignore[union-attr]
