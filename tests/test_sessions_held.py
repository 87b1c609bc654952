"""Sessions under attack: what is typed after an end, by whom it is no more allowed, and what must not be lost."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path

import pytest
import registry
from bot_process import BotProcess, by_socket, started
from docker.api.client import APIClient
from door import Door
from engine import Engine
from eventually import eventually
from test_sessions import DIRECT, RULES, _lines, _open, _processes, _said, _type, bot

from bot.slack import unslack
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, BOT_USER, OPERATOR, OPS
from commands.conversing import Roll

__all__ = ["bot"]
LET_IN = RULES.replace('"see", "read", "act"]', '"see", "read", "act", "enter"]')
OVER = "The session in this thread is over"


def _recorded(bot: BotProcess) -> list[str]:
    """The lines of all actions."""
    with contextlib.closing(sqlite3.connect(f"file:{bot.folder}/data/slashdock.db?mode=ro", uri=True)) as db:
        return [line for (line,) in db.execute("SELECT line FROM actions ORDER BY number")]


def _runs(api: APIClient, name: str) -> bool:
    running: bool = api.inspect_container(name)["State"]["Running"]
    return running


def test_what_is_typed_after_its_end_is_no_line(workspace: Workspace, bot: BotProcess, api: APIClient) -> None:
    """In direct messages, where every message is one elsewhere: also after slashdock was started again."""
    head = _open(workspace, "exec -it web sh", DIRECT)
    _type(workspace, head, "exit")
    eventually(lambda: _said(workspace, DIRECT, "sh ended with exit code 0"))
    _type(workspace, head, "kill web")
    eventually(lambda: _said(workspace, DIRECT, OVER))
    bot.stop()
    bot.start()
    _type(workspace, head, "Sommer2026")
    workspace.direct(ADMIN, "cp attached web:/x", head.ts, {"x": b"x"})
    eventually(lambda: len([each for each in workspace.messages(DIRECT, ADMIN) if OVER in each.text]) == 3)
    assert _runs(api, "web")
    assert _recorded(bot) == ["container exec --interactive --tty web sh"]
    workspace.direct(ADMIN, f"<@{BOT_USER}> version", head.ts)
    eventually(lambda: len(_recorded(bot)) == 2)


@pytest.mark.usefixtures("bot")
def test_what_names_slashdock_within_a_line_is_typed_and_not_run(workspace: Workspace, api: APIClient) -> None:
    """Slack delivers it twice, as a message and as a mention."""
    head = _open(workspace, "exec -i --public web sh")
    _type(workspace, head, f"echo one two; : <@{BOT_USER}> kill web")
    eventually(lambda: "one two" in _lines(workspace, head))
    _type(workspace, head, "echo three")
    eventually(lambda: "three" in _lines(workspace, head))
    assert _runs(api, "web")


@pytest.mark.usefixtures("bot")
def test_what_names_slashdock_within_a_line_after_the_end_is_not_run(workspace: Workspace, api: APIClient) -> None:
    """Somebody may still believe to be in the shell; a line that begins with the name is one, and is run."""
    head = _open(workspace, "exec -i --public web sh")
    _type(workspace, head, "exit")
    eventually(lambda: _said(workspace, OPS, "sh ended with exit code 0"))
    _type(workspace, head, f"echo one; # <@{BOT_USER}> kill web")
    workspace.mention(ADMIN, OPS, "ps --format '{{.Names}} is there'", head.ts)
    eventually(lambda: [each for each in workspace.messages(OPS, ADMIN) if "web is there" in each.text])
    assert _runs(api, "web")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("flags", ["-i", "-it"])
def test_what_ends_at_once_is_shown(workspace: Workspace, flags: str) -> None:
    """Also where the channel has other answers before it."""
    for _ in range(3):
        workspace.slash(OPERATOR, OPS, "ps --public")
    workspace.slash(ADMIN, OPS, f"exec {flags} --public web echo hi-there")
    head = eventually(lambda: _said(workspace, OPS, "echo ended with exit code 0"))
    heads = lambda: [each for each in workspace.messages(OPS, ADMIN) if each.by_bot and "echo hi-there" in each.text]  # noqa: E731
    assert head
    assert eventually(lambda: [each for each in heads() if "hi-there" in _lines(workspace, each)])


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("flags", ["-i", "-it"])
def test_of_long_output_it_says_how_much_is_above_and_gives_all(workspace: Workspace, flags: str) -> None:
    """By a button while it lives, and with the answer."""
    head = _open(workspace, f"exec {flags} --public web sh")
    _type(workspace, head, "seq 1 3000")
    shown = eventually(lambda: next((each for each in _lines(workspace, head) if "\n3000" in each), None))
    count = int(re.match(r"… ([\d,]+) lines above\n", shown)[1].replace(",", ""))  # type: ignore[index]
    first = int(re.search(r"above\n(\d+)\n", shown)[1])  # type: ignore[index]
    assert count == first - 1 + (flags == "-it")  # and the line that was typed
    workspace.click(ADMIN, OPS, head.ts, "Get file")
    (given,) = eventually(lambda: [each.files[0] for each in workspace.messages(DIRECT, ADMIN) if each.files])
    content = workspace.files.kept[given["id"]].content.decode()
    assert [each for each in content.split("\n") if each.isdigit()] == [str(n) for n in range(1, 3001)]


@pytest.mark.usefixtures("bot")
def test_long_output_that_ends_it_is_a_file_of_the_answer(workspace: Workspace) -> None:
    """As docker's own would all stand at a terminal."""
    workspace.slash(ADMIN, OPS, "exec -it --public web seq 1 500")
    (given,) = eventually(lambda: [each.files[0] for each in workspace.messages(OPS, ADMIN) if each.files])
    content = workspace.files.kept[given["id"]].content.decode()
    assert content.split() == [str(n) for n in range(1, 501)]


def test_who_may_no_more_types_no_more(workspace: Workspace, bot: BotProcess) -> None:
    """Not even the first line after that."""
    (bot.folder / "policy.toml").write_text(LET_IN)
    head = _open(workspace, "exec -i --public web sh")
    workspace.slash(ADMIN, OPS, "stream let 1 otto")
    eventually(lambda: _said(workspace, OPS, "otto may type"))
    _type(workspace, head, "echo before", OPERATOR)
    eventually(lambda: "before" in _lines(workspace, head))
    (bot.folder / "policy.toml").write_text(RULES)

    def refused() -> bool:
        workspace.slash(OPERATOR, OPS, "exec web true")
        return any(each.by_bot and "enter" in each.text for each in workspace.messages(OPS, OPERATOR))

    eventually(refused)
    _type(workspace, head, "echo after", OPERATOR)
    _type(workspace, head, "echo mine")
    eventually(lambda: "mine" in _lines(workspace, head))
    assert "after" not in _lines(workspace, head)


def test_a_container_that_was_run_is_judged_as_long_as_it_is_typed_into(
    workspace: Workspace, bot: BotProcess, api: APIClient
) -> None:
    """By its own name."""
    head = _open(workspace, "run -it --name talking --public busybox sh")
    (bot.folder / "policy.toml").write_text(f'{RULES}\n[[deny]]\nverbs = ["change"]\non = ["name:talking"]\n')

    def ended() -> bool:
        _type(workspace, head, "echo on")
        return _said(workspace, OPS, "It is not allowed any more") is not None

    eventually(ended, 60)
    assert not _runs(api, "talking")


@pytest.mark.usefixtures("bot")
def test_the_keys_that_docker_leaves_by_leave(workspace: Workspace, bot: BotProcess, api: APIClient) -> None:
    """And --detach-keys has no letters of a line swallowed, nor kills what it was typed into."""
    head = _open(workspace, "exec -it --detach-keys=q,w --public web sh")
    _type(workspace, head, "echo qwerty; sleep 667")
    eventually(lambda: [each for each in _lines(workspace, head) if "\nqwerty" in each])
    for key in ("^P", "^Q"):
        workspace.slash(ADMIN, OPS, f"stream key 1 {key}")
        eventually(lambda pressed=key: pressed in _recorded(bot)[-1])
    eventually(lambda: _said(workspace, OPS, "goes on in web"))
    eventually(lambda: _said(workspace, OPS, "left by its button, or by ^P and then ^Q"))
    assert [each for each in _processes(api) if "sleep 667" in each]
    api.restart("web", timeout=0)


@pytest.mark.usefixtures("bot")
def test_a_session_whose_image_is_fetched_first_is_one_like_any_other(
    workspace: Workspace, api: APIClient, own_engine: Engine, tmp_path: Path
) -> None:
    """How far the pull is stands in its message; what is typed then arrives, and Stop ends it."""
    (tmp_path / "registry").mkdir()
    with registry.serve(own_engine.pid, tmp_path / "registry", 5003, locked=False) as address:
        image = f"{address}/team/app:1"
        api.tag("busybox:latest", f"{address}/team/app", "1")
        api.push(f"{address}/team/app", "1")
        api.remove_image(image)
        head = _open(workspace, f"run -it --public --name fetched {image} sh")
        _type(workspace, head, "echo he''llo")
        eventually(lambda: [each for each in _lines(workspace, head) if "\nhello" in each])
        workspace.click(ADMIN, OPS, head.ts, "Stop")
        eventually(lambda: _said(workspace, OPS, "ada stopped it."))
        assert not _runs(api, "fetched")
    api.remove_container("fetched", force=True)
    api.remove_image(image)


def test_a_container_of_a_session_does_not_outlast_a_break(
    workspace: Workspace, fresh_world: str, tmp_path: Path, api: APIClient
) -> None:
    """It is killed once the engine answers again, as nobody could type into it."""
    (tmp_path / "policy.toml").write_text(RULES)
    door = Door(fresh_world)
    with door.serve(tmp_path) as address, started(BotProcess(tmp_path, address, by_socket(workspace))):
        _open(workspace, "run -it --name talking --public busybox sh")
        door.shut()
        door.open()
        eventually(lambda: _said(workspace, OPS, "so it was killed"))
        eventually(lambda: not _runs(api, "talking"))


@pytest.mark.usefixtures("bot")
def test_it_ends_for_who_is_no_member_any_more(workspace: Workspace, api: APIClient) -> None:
    """Slack is asked at everything that is typed."""
    head = _open(workspace, "exec -it --public web sh")
    workspace.change_user(ADMIN, deleted=True)
    _type(workspace, head, "sleep 661")
    eventually(lambda: _said(workspace, OPS, "It is not allowed any more"))
    assert not [each for each in _processes(api) if "661" in each]


def test_what_is_attached_to_outlasts_an_engine_that_goes_away(
    workspace: Workspace, fresh_world: str, tmp_path: Path, api: APIClient
) -> None:
    """It is the container's own process, which nobody began for this."""
    api.start(api.create_container("busybox", ["sleep", "1000"], name="own", stdin_open=True))
    (tmp_path / "policy.toml").write_text(RULES)
    door = Door(fresh_world)
    with door.serve(tmp_path) as address, started(BotProcess(tmp_path, address, by_socket(workspace))):
        _open(workspace, "attach --public own")
        door.shut()
        eventually(lambda: _said(workspace, OPS, "how it is now") or _said(workspace, OPS, "may go on"))
        door.open()
    assert _runs(api, "own")


@pytest.mark.usefixtures("bot")
def test_it_says_that_nothing_can_be_typed(workspace: Workspace, api: APIClient) -> None:
    """And still for how long it lasts."""
    api.start(api.create_container("busybox", ["sleep", "1000"], name="deaf", stdin_open=True))
    workspace.slash(ADMIN, OPS, "attach --no-stdin --public deaf")
    head = eventually(lambda: _said(workspace, OPS, "Nothing that is typed reaches it"))
    assert "or --no-stdin says so. It ends after" in head.text


@pytest.mark.parametrize(
    ("given", "typed"),
    [
        ("```\necho one `date +%Y` two\n```", "echo one `date +%Y` two"),
        ("```a```", "a"),
        ("```a``` b ```c```", "```a``` b ```c```"),
        ("`a`", "a"),
        ("`a` `b`", "`a` `b`"),
    ],
)
def test_a_block_of_code_is_typed_without_its_marks(given: str, typed: str) -> None:
    """Whatever is in it."""
    assert unslack.typed(given) == typed


def test_what_is_kept_of_output_is_bounded() -> None:
    """And counted."""
    roll = Roll()
    frame = lambda data: b"\x01\0\0\0" + len(data).to_bytes(4, "big") + data  # noqa: E731
    for _ in range(3):
        roll.feed(frame(b"x" * 99 + b"\n") * 10_000)
    assert len(roll.whole()) == 2_000_000
    shown = roll.text()
    assert shown.above + shown.text.count("\n") == 30_000
