"""Answers that Slack had not taken when the bot died: shown once more after the next start, and never a third time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from bot_process import BotProcess, by_socket, started
from eventually import eventually

from bot.undelivered import Shown
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, ALERTS, BOT_USER, OPS

AGAIN = "may stand above already"
LONG = 600  # seconds; longer than any test


@pytest.fixture
def bot(fresh_world: str, tmp_path: Path, workspace: Workspace) -> Iterator[BotProcess]:
    """A bot that the test kills and starts anew."""
    settings = by_socket(workspace) | {"SLASHDOCK_AUDIT_CHANNEL": ALERTS}
    with started(BotProcess(tmp_path, fresh_world, settings)) as made:
        yield made


def _answers(workspace: Workspace, words: str, channel: str = OPS) -> list[str]:
    return [each.body() for each in workspace.messages(channel) if words in each.body() and each.by_bot]


def _states(folder: Path) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(folder / "data" / "slashdock.db")) as db:
        return db.execute("SELECT number, state FROM answers ORDER BY number").fetchall()


def _restart(bot: BotProcess) -> None:
    bot.kill()
    bot.start()


def test_what_was_shown_is_not_shown_again(bot: BotProcess, workspace: Workspace, tmp_path: Path) -> None:
    """A bot that is killed once Slack has confirmed an answer has nothing more to say of it."""
    workspace.mention(ADMIN, OPS, f"<@{BOT_USER}> network ls")
    eventually(lambda: _states(tmp_path) == [(1, Shown.SHOWN)])
    _restart(bot)
    workspace.mention(ADMIN, OPS, f"<@{BOT_USER}> volume ls")
    eventually(lambda: len(_states(tmp_path)) == 2)
    assert len(_answers(workspace, "network ls")) == 1


def test_what_was_not_shown_is_shown_once_after_a_kill(bot: BotProcess, workspace: Workspace, tmp_path: Path) -> None:
    """The whole answer comes from the spool, says why it is late, and is not repeated by the next start."""
    workspace.rate_limit("chat.postEphemeral", LONG)
    workspace.mention(ADMIN, OPS, f"<@{BOT_USER}> network ls")
    eventually(lambda: "again in" in "".join(bot.said))
    assert _states(tmp_path) == [(1, Shown.DUE)]
    assert _answers(workspace, "network ls") == []
    _restart(bot)
    (late,) = eventually(lambda: _answers(workspace, "network ls"))
    assert AGAIN in late
    assert "NETWORK ID" in late
    eventually(lambda: _states(tmp_path) == [(1, Shown.SHOWN)])
    _restart(bot)
    workspace.mention(ADMIN, OPS, f"<@{BOT_USER}> volume ls")
    eventually(lambda: len(_states(tmp_path)) == 2)
    assert len(_answers(workspace, "network ls")) == 1


def test_an_answer_that_was_sent_again_once_is_not_a_third_time(
    bot: BotProcess, workspace: Workspace, tmp_path: Path
) -> None:
    """Slack may have taken it after the first restart: what became of the line stands in the record."""
    workspace.rate_limit("chat.postEphemeral", LONG)
    workspace.mention(ADMIN, OPS, f"<@{BOT_USER}> network ls")
    eventually(lambda: "again in" in "".join(bot.said))
    assert _states(tmp_path) == [(1, Shown.DUE)]
    with workspace.hang("chat.postEphemeral") as caught:
        _restart(bot)
        eventually(caught.is_set)
        assert _states(tmp_path) == [(1, Shown.AGAIN)]
        bot.kill()
    eventually(lambda: _answers(workspace, "network ls"))
    bot.start()
    shown = bot.run("exec", "--as", "ada", "audit", "show", "1")
    assert "Slack was asked once more after a restart" in shown.stdout
    assert len(_answers(workspace, "network ls")) == 1


def test_what_slack_refused_again_is_still_due(bot: BotProcess, workspace: Workspace, tmp_path: Path) -> None:
    """It was certainly not shown: another restart asks once more, and however many there are, all come."""
    for _ in range(2):
        workspace.rate_limit("chat.postEphemeral", LONG)
    workspace.mention(ADMIN, OPS, f"<@{BOT_USER}> network ls")
    for restart in (1, 2):
        eventually(lambda times=restart: "".join(bot.said).count("again in") == times)
        eventually(lambda: _states(tmp_path) == [(1, Shown.DUE)])
        assert _answers(workspace, "network ls") == []
        _restart(bot)
    eventually(lambda: len(_answers(workspace, "network ls")) == 1)
    eventually(lambda: _states(tmp_path) == [(1, Shown.SHOWN)])


def test_the_head_of_the_record_is_published(bot: BotProcess, workspace: Workspace) -> None:
    """The channel for the bot's own affairs has it, and a head that was published there is found in its place."""
    workspace.mention(ADMIN, OPS, f"<@{BOT_USER}> network ls")
    eventually(lambda: _answers(workspace, "network ls"))
    bot.stop()
    (told, *_) = eventually(lambda: _answers(workspace, "Head of the record", ALERTS))
    head = told.partition("Head of the record: ")[2].partition(".")[0]
    checked = bot.run("exec", "--as", "ada", "audit", "verify", "--head", head)
    assert checked.returncode == 0, checked.stderr
    assert "The record is whole" in checked.stdout
    assert f"head of the record: {head}" in "".join(bot.said)
    event, _, digits = head.partition(":")
    forged = bot.run("exec", "--as", "ada", "audit", "verify", "--head", f"{event}:{digits[::-1]}")
    assert forged.returncode == 1
    assert "another one than the head that was published" in forged.stderr
    later = bot.run("exec", "--as", "ada", "audit", "verify", "--head", f"999:{digits}")
    assert "missing at the end" in later.stderr
