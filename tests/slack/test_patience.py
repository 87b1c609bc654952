"""Whoever waits long is told that it goes on; whoever is answered in time is not."""

from __future__ import annotations

import threading

from canned import CannedDesk, done, until

from bot.clock import Clock
from bot.request import Outcome, Request
from bot.settings import Mode
from bot.slack import Access, Connection, SlackSide
from bot.slack.patience import Patience
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS


def test_long_work_is_told_to_go_on_and_then_answered(workspace: Workspace) -> None:
    """The asker alone hears that it goes on, secrets masked; the answer comes when it is there."""
    told = threading.Event()

    def slow(request: Request) -> Outcome:
        assert told.wait(10)
        return done("stopped\n", request.line)

    access = Access(Mode.SOCKET, workspace.bot_token, workspace.app_token, api_url=workspace.api_url)
    side = SlackSide(Connection(access), CannedDesk(answers=slow), Clock(), patience=0)
    side.start()
    workspace.slash(ADMIN, OPS, "stop --password=hunter2 web").wait()
    waiting = workspace.wait_for_message(OPS, "Still at it", viewer=ADMIN)
    told.set()
    workspace.wait_for_message(OPS, "stopped", viewer=ADMIN)
    side.stop()
    assert waiting.only_for == ADMIN
    assert "hunter2" not in waiting.plain()


def test_a_promise_that_is_taken_back_is_not_kept() -> None:
    """Of two promises the one that was taken back is never called, and the other is."""
    kept: list[str] = []
    patience = Patience(0)
    patience.promise(lambda: kept.append("taken back"))()
    patience.promise(lambda: kept.append("kept"))
    patience.start()
    until(lambda: kept)
    patience.stop()
    assert kept == ["kept"]
