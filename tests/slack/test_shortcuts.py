"""The shortcut of a message by which its file is copied into a container."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import ROOT, bench

from bot.clock import Clock
from bot.desk import Desk
from bot.policy import Policy
from bot.slack import Connection, SlackSide
from bot.slack.shortcuts import COPY
from bot.slack.uploads import SlackUploads
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS
from commands import catalog


@pytest.fixture
def chat(fresh_world: str, tmp_path: Path, workspace: Workspace, connection: Connection) -> Iterator[Workspace]:
    """The workspace with a bot that has an engine."""
    policy = Policy.parse(ROOT, "p", tuple(verb.spec for verb in catalog.load()))
    made = bench(fresh_world, tmp_path / "data", policy)
    pipeline = replace(made.pipeline, uploads=lambda request: SlackUploads(connection, request))
    desk = Desk(pipeline, made.store)
    side = SlackSide(connection, desk, Clock())
    side.start()
    yield workspace
    desk.close()
    side.stop()
    made.close()


def _choose(chat: Workspace, files: dict[str, bytes]) -> None:
    message = chat.say(ADMIN, OPS, "look", files=files)
    chat.shortcut(ADMIN, OPS, message.ts, COPY).wait()


def test_the_file_of_a_message_is_copied_where_the_modal_says(chat: Workspace, api: APIClient) -> None:
    """Judged and answered as the line that it becomes, whatever is typed: it is one path, and no flag."""
    for path in ("/etc/x.conf", "/a b; rm"):
        _choose(chat, {"nginx.conf": b"listen 80;"})
        chat.wait_for(lambda: chat.view(ADMIN))
        chat.submit(ADMIN, {"container": " web", "path": path}).wait()
        chat.wait_for_message(OPS, f"to web:{path}.")
        _, stat = api.get_archive("web", path)
        assert stat["size"] == len(b"listen 80;")
        chat.wait_for(lambda: not chat.view(ADMIN))
    _choose(chat, {"nginx.conf": b"x"})
    chat.wait_for(lambda: chat.view(ADMIN))
    chat.submit(ADMIN, {"container": "nothere", "path": "/x"}).wait()
    chat.wait_for_message(OPS, "No such container: nothere", viewer=ADMIN)


def test_a_message_without_a_file_is_told_so(chat: Workspace) -> None:
    """Nothing is asked."""
    _choose(chat, {})
    chat.wait_for_message(OPS, "This message has no file", viewer=ADMIN)
    assert chat.view(ADMIN) is None
