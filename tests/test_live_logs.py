"""Logs that are followed: the whole bot in the workspace, and a real container that goes on printing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bot_process import POLICY, BotProcess, by_socket, started
from docker.api.client import APIClient
from door import Door
from eventually import eventually

from bot.streams import EACH
from bot.workspace import Message, Workspace
from bot.workspace.people import ADMIN, OPS, UNJOINED, VIEWER

DIRECT = "D" + ADMIN[1:]
PRINTER = "i=0; while true; do i=$((i+1)); echo line $i; usleep 200000; done"


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


@pytest.mark.usefixtures("bot", "printer")
def test_what_others_may_not_see_is_followed_in_direct_messages(workspace: Workspace) -> None:
    """Where it was asked the asker alone is told so; a pause stops the painting and not the log."""
    workspace.slash(ADMIN, OPS, "logs -f -t printer")
    shown = eventually(lambda: _painted(workspace, DIRECT, "line 5"))
    assert eventually(lambda: _painted(workspace, OPS, "direct messages"))
    assert not [each for each in workspace.messages(OPS, VIEWER) if each.by_bot]
    workspace.click(ADMIN, DIRECT, shown.ts, "Pause")
    paused = eventually(lambda: _painted(workspace, DIRECT, "Paused"))
    before = _newest(paused)
    workspace.click(ADMIN, DIRECT, shown.ts, "Get file")
    (file,) = eventually(lambda: [each for each in workspace.messages(DIRECT, ADMIN) if each.files])
    assert file.files[0]["title"].endswith("until now")
    assert _newest(_painted(workspace, DIRECT, "Paused") or paused) == before
    workspace.click(ADMIN, DIRECT, shown.ts, "Go on")
    assert eventually(lambda: _painted(workspace, DIRECT, f"line {before + 5}"))
    assert "stream stop" not in eventually(lambda: _painted(workspace, DIRECT, "is running")).text


@pytest.mark.usefixtures("bot")
def test_it_ends_with_the_container(workspace: Workspace, printer: str, api: APIClient) -> None:
    """And says how that ended; all it printed is in the file."""
    workspace.slash(ADMIN, OPS, "logs -f --public printer")
    eventually(lambda: _painted(workspace, OPS, "line 5"))
    api.kill(printer)
    told = eventually(lambda: _painted(workspace, OPS, "The container ended with exit code 137."))
    assert eventually(lambda: [each for each in workspace.messages(OPS, ADMIN) if each.files])
    assert "lines in" in told.text


def test_it_goes_on_where_it_was_past_an_end_of_the_engine(
    workspace: Workspace, fresh_world: str, printer: str, tmp_path: Path
) -> None:
    """Each line once, whatever became of the answers in between."""
    door = Door(fresh_world)
    with door.serve(tmp_path) as address, started(BotProcess(tmp_path, address, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, "logs -f --public --tail all printer")
        first = eventually(lambda: _painted(workspace, OPS, "line 5"))
        door.shut()
        eventually(lambda: _painted(workspace, OPS, "The engine does not answer"))
        door.open()
        eventually(lambda: _painted(workspace, OPS, f"line {_newest(first) + 20}"))
        workspace.click(ADMIN, OPS, first.ts, "Stop")
        (message,) = eventually(lambda: [each for each in workspace.messages(OPS, ADMIN) if each.files])
        content = workspace.files.kept[message.files[0]["id"]].content
    numbers = [int(each) for each in re.findall(rb"line (\d+)", content)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert printer


def test_only_so_many_live_and_all_end_with_the_bot(
    workspace: Workspace, fresh_world: str, printer: str, tmp_path: Path
) -> None:
    """One more is refused with what to do; what lives when slashdock stops is told to its end."""
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))):
        for _ in range(EACH + 1):
            workspace.slash(ADMIN, OPS, "logs -f --public printer")
        eventually(lambda: _painted(workspace, OPS, f"You have {EACH} streams of this kind already"))
        workspace.slash(ADMIN, OPS, "stream ls")
        listed = eventually(lambda: _painted(workspace, OPS, "PERSON"))
        assert listed.text.count("printer") == EACH
    ended = lambda: [each for each in workspace.messages(OPS, ADMIN) if "slashdock stops" in each.text]  # noqa: E731
    assert ended()
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))):
        eventually(lambda: len(ended()) == EACH)  # a channel takes a message a second, and an end is not to wait
    assert printer


@pytest.mark.usefixtures("bot", "printer")
def test_a_channel_that_is_archived_meanwhile_has_its_last_answer_told_directly(workspace: Workspace) -> None:
    """And its file."""
    workspace.slash(ADMIN, OPS, "logs -f --public printer")
    eventually(lambda: _painted(workspace, OPS, "line 3"))
    workspace.change_channel(OPS, is_archived=True)
    workspace.slash(ADMIN, DIRECT, "stream stop 1")
    told = eventually(lambda: _painted(workspace, DIRECT, "lines in"))
    assert "stopped" in told.text
    assert eventually(lambda: [each for each in workspace.messages(DIRECT, ADMIN) if each.files])


@pytest.mark.usefixtures("bot")
def test_what_moved_to_direct_messages_ends_there(workspace: Workspace, printer: str, api: APIClient) -> None:
    """With its count and its file; a pause is over with it, and what came meanwhile is shown."""
    workspace.slash(ADMIN, OPS, "logs -f printer")
    shown = eventually(lambda: _painted(workspace, DIRECT, "line 3"))
    workspace.click(ADMIN, DIRECT, shown.ts, "Pause")
    before = _newest(eventually(lambda: _painted(workspace, DIRECT, "Paused")))
    eventually(lambda: f"line {before + 3}\n".encode() in api.logs(printer))
    workspace.click(ADMIN, DIRECT, shown.ts, "Stop")
    told = eventually(lambda: _painted(workspace, DIRECT, "stopped it"))
    assert told.ts != shown.ts
    assert not [each for each in workspace.messages(OPS, ADMIN) if "stopped it" in each.text]
    last = eventually(lambda: _painted(workspace, DIRECT, "ran docker logs -f printer\n"))
    assert (last.ts, "Paused" in last.text, _newest(last) > before) == (shown.ts, False, True)


@pytest.mark.usefixtures("bot", "printer")
def test_what_slack_does_not_take_where_all_see_it_goes_on_in_direct_messages(workspace: Workspace) -> None:
    """And whoever asked is told why, where that was."""
    workspace.slash(ADMIN, UNJOINED, "logs -f --public printer")
    shown = eventually(lambda: _painted(workspace, DIRECT, "line 5"))
    assert eventually(lambda: _painted(workspace, UNJOINED, "Slack does not take it here (not_in_channel)"))
    workspace.click(ADMIN, DIRECT, shown.ts, "Stop")
    assert eventually(lambda: _painted(workspace, DIRECT, "ada stopped it"))


@pytest.fixture
def deaf(workspace: Workspace, fresh_world: str, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace whose Slack takes no direct messages, with a bot whose administrator may enter."""
    workspace.garble("conversations.open", b'{"ok": false, "error": "cannot_dm_bot"}', times=10)
    (tmp_path / "policy.toml").write_text(POLICY.replace('"act", "change"]', '"act", "change", "enter"]'))
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))):
        yield workspace


@pytest.mark.parametrize("public", ["", "--public "])
@pytest.mark.parametrize("line", ["logs -f {}printer", "exec -it {}printer sh"])
def test_what_can_be_seen_nowhere_ends_and_is_told_of(
    deaf: Workspace, printer: str, api: APIClient, public: str, line: str
) -> None:
    """By the ways that are left; nobody could stop it."""
    deaf.slash(ADMIN, UNJOINED, line.format(public))
    assert eventually(lambda: _painted(deaf, UNJOINED, "Slack shows nowhere how it goes on (cannot_dm_bot)"))
    assert "sh" not in {each[-1] for each in api.top(printer)["Processes"]}
