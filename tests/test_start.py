"""The whole bot: a process of its own, a workspace in Slack's place, a real engine, lines from end to end."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bot_process import BotProcess, by_http, by_socket, started
from docker.api.client import APIClient
from eventually import eventually

from bot import blockrules
from bot.slack.sockets import CONNECTIONS
from bot.workspace import Message, Workspace
from bot.workspace.delivery import Delivery
from bot.workspace.people import ADMIN, GENERAL, OPS, PRIVATE, STRANGER, UNJOINED, VIEWER

LINES = ("ps", "logs web --tail 50", "restart -t 1 web", "commit web web:snap", "network ls")
DAMAGED = {
    "logs worker \u2014tail 1": "line 120",
    "logs worker --tail\u00a02": "line 119",
    "ps --filter \u201cname=crash\u201d -a": "Exited (3)",
    "ps --format \u2018{{.Names}}\u2019": "web",
    "ps &amp;&amp; ps": "one command a line",
}
WAYS = {"socket": by_socket, "http": by_http}


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """A workspace of four people on a port of its own."""
    made = Workspace()
    with made.serve():
        yield made


@pytest.fixture(params=WAYS)
def bot(request: pytest.FixtureRequest, workspace: Workspace, fresh_world: str, tmp_path: Path) -> Iterator[BotProcess]:
    """The bot, joined to the workspace by Socket Mode and then by HTTP."""
    with started(BotProcess(tmp_path, fresh_world, WAYS[request.param](workspace))) as running:
        yield running


@pytest.fixture
def socket_bot(workspace: Workspace, fresh_world: str, tmp_path: Path) -> Iterator[BotProcess]:
    """The bot, joined to the workspace by Socket Mode."""
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))) as running:
        yield running


def _answer(workspace: Workspace, channel: str, ask: Callable[[], object], viewer: str = ADMIN) -> Message:
    before = len(workspace.messages(channel, viewer))
    ask()
    return workspace.wait_for(lambda: next(iter(_new(workspace, channel, viewer, before)), None))


def _new(workspace: Workspace, channel: str, viewer: str, before: int) -> list[Message]:
    return [message for message in workspace.messages(channel, viewer)[before:] if message.by_bot]


@pytest.mark.usefixtures("bot")
def test_both_transports_drive_the_everyday_lines_end_to_end(workspace: Workspace, fresh_world: str) -> None:
    """Each line is acknowledged, done, and answered by a message that Slack takes."""
    api = APIClient(base_url=fresh_world, version="1.41")
    web = api.inspect_container("web")
    answers = [_answer(workspace, GENERAL, lambda line=line: workspace.slash(ADMIN, GENERAL, line)) for line in LINES]
    for message in answers:
        assert blockrules.problems({"text": message.text, "blocks": list(message.blocks)}) == ()
    assert "CONTAINER ID" in answers[0].plain()
    assert web["Id"][:12] in answers[0].plain()
    assert api.inspect_container("web")["State"]["StartedAt"] != web["State"]["StartedAt"]
    assert api.inspect_image("web:snap")["Id"] in answers[3].plain()
    assert "front" in answers[4].plain()
    api.close()


@pytest.mark.usefixtures("socket_bot")
def test_a_mention_is_answered_in_its_thread(workspace: Workspace) -> None:
    """Slash commands do not work in threads; a mention does."""
    root = workspace.say(ADMIN, OPS, "what runs?")
    workspace.mention(ADMIN, OPS, "<@U0DOCKBOT1> ps", thread_ts=root.ts)
    answer = workspace.wait_for(
        lambda: next((message for message in workspace.thread(OPS, root.ts, ADMIN) if message.by_bot), None)
    )
    assert "worker" in answer.plain()


@pytest.mark.usefixtures("socket_bot")
def test_direct_messages_and_channels_not_joined_are_answered_where_they_were_asked(workspace: Workspace) -> None:
    """The bot answers alone with a person, and through the response URL where it is no member."""
    direct = next(channel.id for channel in workspace.channels.values() if channel.with_user == ADMIN)
    assert "worker" in _answer(workspace, direct, lambda: workspace.direct(ADMIN, "ps")).plain()
    assert "worker" in _answer(workspace, UNJOINED, lambda: workspace.slash(ADMIN, UNJOINED, "ps")).plain()


@pytest.mark.attack("S21")
@pytest.mark.usefixtures("socket_bot")
def test_reads_are_for_the_asker_alone_and_changes_for_the_channel(workspace: Workspace) -> None:
    """Nobody else sees a list; everybody sees that a container was restarted, and by whom."""
    assert _answer(workspace, OPS, lambda: workspace.slash(ADMIN, OPS, "ps")).only_for == ADMIN
    restarted = _answer(workspace, OPS, lambda: workspace.slash(ADMIN, OPS, "restart -t 1 web"))
    assert restarted.only_for is None
    assert ADMIN in json.dumps(restarted.blocks)


@pytest.mark.usefixtures("socket_bot")
def test_a_stranger_and_a_viewer_are_told_what_they_lack(workspace: Workspace) -> None:
    """Each refusal is for the asker alone and says what is missing."""
    stranger = _answer(workspace, OPS, lambda: workspace.slash(STRANGER, OPS, "ps"), STRANGER)
    assert STRANGER in stranger.plain()
    viewer = _answer(workspace, OPS, lambda: workspace.slash(VIEWER, OPS, "stop web"), VIEWER)
    assert viewer.only_for == VIEWER
    assert "stop" in viewer.plain()


@pytest.mark.usefixtures("socket_bot")
def test_a_button_runs_the_line_that_it_stands_for(workspace: Workspace, fresh_world: str) -> None:
    """`image prune` asks first; the button that says so does it, and is judged for whoever presses it."""
    asked = _answer(workspace, OPS, lambda: workspace.slash(ADMIN, OPS, "image prune"))
    _, button = next(asked.elements())
    assert "image prune" not in str(button["value"])
    pruned = _answer(workspace, OPS, lambda: workspace.click(ADMIN, OPS, asked.ts, button["action_id"]))
    assert "Total reclaimed space" in pruned.plain()
    api = APIClient(base_url=fresh_world, version="1.41")
    assert api.images(filters={"dangling": True}) == []
    api.close()


@pytest.mark.usefixtures("socket_bot")
def test_what_keyboards_damage_is_understood(workspace: Workspace) -> None:
    """Dashes, quotes, spaces, entities and links come back to what was meant."""
    for text, expected in DAMAGED.items():
        answer = _answer(workspace, OPS, lambda text=text: workspace.slash(ADMIN, OPS, text))
        assert expected in answer.plain()


@pytest.mark.usefixtures("socket_bot")
def test_text_from_containers_reaches_nobody(workspace: Workspace, fresh_world: str) -> None:
    """A log line with a broadcast in it stays text: no element of the message can mention."""
    api = APIClient(base_url=fresh_world, version="1.41")
    made = api.create_container("busybox:latest", ["echo", "<!channel> *bold* <@U0ADMIN001> <http://x|y>"], name="loud")
    api.start(made["Id"])
    api.wait(made["Id"])
    api.close()
    answer = _answer(workspace, OPS, lambda: workspace.slash(ADMIN, OPS, "logs loud --public"))
    assert "<!channel>" not in answer.text
    kinds = {element["type"] for block in answer.blocks for element in _leaves(block)}
    assert not kinds & {"broadcast", "user", "usergroup", "link", "mrkdwn"} - {"user"}
    assert "<!channel> *bold* <@U0ADMIN001>" in json.dumps(answer.blocks)


def _leaves(block: object) -> Iterator[dict[str, object]]:
    if isinstance(block, dict):
        if "type" in block:
            yield block
        for value in block.values():
            yield from _leaves(value)
    elif isinstance(block, list | tuple):
        for value in block:
            yield from _leaves(value)


def test_a_bot_killed_between_intent_and_outcome_leaves_a_row_that_says_so(
    socket_bot: BotProcess, workspace: Workspace, fresh_world: str, tmp_path: Path
) -> None:
    """After the restart the action is unknown, with what the engine shows now, and was not repeated."""
    api = APIClient(base_url=fresh_world, version="1.41")
    stubborn = api.create_container(
        "busybox:latest", ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"], name="stubborn"
    )
    api.start(stubborn["Id"])
    workspace.slash(ADMIN, OPS, "stop -t 600 stubborn")
    record = tmp_path / "data" / "slashdock.db"
    workspace.wait_for(lambda: _kinds(record) == ["received", "judged", "intended"])
    socket_bot.kill()
    socket_bot.start()
    shown = socket_bot.run("exec", "--as", "ada", "audit", "show", "1")
    assert shown.returncode == 0
    assert "unknown" in shown.stdout
    assert "between the intent and the outcome" in shown.stdout
    assert stubborn["Id"] in shown.stdout
    api.kill(stubborn["Id"])
    api.close()


def _kinds(record: Path) -> list[str]:
    db = sqlite3.connect(record)
    rows = db.execute("SELECT kind FROM events ORDER BY id").fetchall()
    db.close()
    return [kind for (kind,) in rows]


def test_a_bot_that_slack_cannot_reach_does_not_say_that_it_joined(
    workspace: Workspace, engine: str, tmp_path: Path
) -> None:
    """Slack takes the tokens and its WebSockets are behind a wall: that is told, and it joins once the wall is gone."""
    address = workspace.socket_mode.base_url
    workspace.socket_mode.base_url = "http://127.0.0.1:1"
    with started(BotProcess(tmp_path, engine, by_socket(workspace))) as bot:
        assert "Slack is not connected" in "".join(bot.said)
        assert "has joined" not in "".join(bot.said)
        workspace.socket_mode.base_url = address
        workspace.wait_for(lambda: workspace.connections == CONNECTIONS)


def test_a_second_bot_on_the_same_data_is_refused(socket_bot: BotProcess) -> None:
    """One bot a data folder; the second one says so and touches nothing."""
    second = socket_bot.run("start")
    assert second.returncode != 0
    assert "Another slashdock" in second.stderr


def test_the_bot_ends_when_it_is_told_to(socket_bot: BotProcess) -> None:
    """A TERM ends it with exit code 0."""
    assert socket_bot.stop() == 0


def test_a_bot_that_is_told_to_end_sends_first_what_it_has_to_say(
    socket_bot: BotProcess, workspace: Workspace, tmp_path: Path
) -> None:
    """Answers that wait, for their turn in a channel or because Slack asked for time, are not lost."""
    workspace.rate_limit("chat.postMessage", seconds=1)
    for name in ("web", "web", "worker"):
        workspace.slash(ADMIN, OPS, f"logs {name} --tail 1 --public")
    workspace.wait_for(lambda: [row[5] for row in _recorded(tmp_path)] == ["done"] * 3)
    assert socket_bot.stop() == 0
    assert len([each for each in workspace.messages(OPS) if each.by_bot]) == 3


def test_a_bot_that_is_told_to_end_does_not_wait_for_a_slack_that_hangs(
    socket_bot: BotProcess, workspace: Workspace, tmp_path: Path
) -> None:
    """However many calls hang, it says how much was not sent, and ends."""
    with workspace.hang("chat.postMessage"):
        for channel in (GENERAL, OPS, PRIVATE):
            workspace.slash(ADMIN, channel, "logs worker --tail 1 --public")
        workspace.direct(ADMIN, "ps")
        workspace.wait_for(lambda: [row[5] for row in _recorded(tmp_path)] == ["done"] * 4)
        assert socket_bot.stop() == 0
    eventually(lambda: any("messages were not sent before the end" in line for line in socket_bot.said))


def test_a_bot_that_is_told_to_end_leaves_what_goes_on_and_tells_of_it(
    socket_bot: BotProcess, workspace: Workspace, api: APIClient, tmp_path: Path
) -> None:
    """The engine waits for a container that heeds no signal; whoever asked hears so, and what became of it later."""
    workspace.slash(ADMIN, OPS, "stop -t 60 web")
    workspace.wait_for(lambda: [row[5] for row in _recorded(tmp_path)] == ["running"])
    assert socket_bot.stop(within=15) == 0
    assert any("number 1 is still under way" in each.body() for each in workspace.messages(OPS, ADMIN))
    api.kill("web")
    socket_bot.start()
    workspace.wait_for(lambda: [row[5] for row in _recorded(tmp_path)] == ["done"])
    eventually(lambda: any("container web is exited since" in each.body() for each in workspace.messages(OPS, ADMIN)))


@pytest.mark.attack("S4")
@pytest.mark.usefixtures("bot")
def test_nothing_is_run_in_a_channel_that_others_share(workspace: Workspace, fresh_world: str) -> None:
    """Over both transports: the asker alone is told, and the container was not touched."""
    api = APIClient(base_url=fresh_world, version="1.41")
    before = api.inspect_container("web")["State"]["StartedAt"]
    workspace.change_channel(OPS, is_ext_shared=True)
    told = _answer(workspace, OPS, lambda: workspace.slash(ADMIN, OPS, "restart -t 1 web"))
    assert told.only_for == ADMIN
    assert "shared with another organisation" in told.plain()
    assert api.inspect_container("web")["State"]["StartedAt"] == before
    api.close()


@pytest.fixture
def unused_port() -> int:
    """A port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_both_tokens_that_slack_refuses_are_told_at_once(workspace: Workspace, engine: str, tmp_path: Path) -> None:
    """Whoever mistook both need not start slashdock twice; neither token is printed."""
    wrong = {"SLACK_BOT_TOKEN": "xoxb-111122223333-wrong", "SLACK_APP_TOKEN": "xapp-1-A0LOCAL001-wrong"}
    told = BotProcess(tmp_path, engine, by_socket(workspace) | wrong).run("start")
    assert told.returncode == 75
    assert [line.partition(":")[0] for line in told.stderr.splitlines()] == [
        "Slack refuses SLACK_BOT_TOKEN (invalid_auth)",
        "Slack refuses SLACK_APP_TOKEN (invalid_auth)",
    ]
    assert "wrong" not in told.stderr + told.stdout


def test_an_app_token_alone_that_slack_refuses_is_told_alone(workspace: Workspace, engine: str, tmp_path: Path) -> None:
    """The SDK's own words about it are not shown beside ours."""
    wrong = {"SLACK_APP_TOKEN": "xapp-1-A0LOCAL001-wrong"}
    told = BotProcess(tmp_path, engine, by_socket(workspace) | wrong).run("start")
    (line,) = told.stderr.splitlines()
    assert line.startswith("Slack refuses SLACK_APP_TOKEN (invalid_auth): ")


def test_a_slack_that_is_not_there_is_told_in_one_sentence(
    workspace: Workspace, engine: str, tmp_path: Path, unused_port: int
) -> None:
    """Nothing of the SDK's, and no traceback."""
    nowhere = {"SLACK_API_URL": f"http://127.0.0.1:{unused_port}/api/"}
    told = BotProcess(tmp_path, engine, by_socket(workspace) | nowhere).run("start")
    (line,) = told.stderr.splitlines()
    assert line.startswith(f"Slack does not answer at http://127.0.0.1:{unused_port}/api/ (")
    assert "Errno" not in line
    assert told.returncode == 75


@pytest.mark.parametrize("address", ["256.1.1.1", "192.0.2.1", "nowhere.invalid", "a..b"])
def test_an_address_that_is_not_ours_is_told_as_a_fault_of_the_address(
    workspace: Workspace, engine: str, tmp_path: Path, address: str
) -> None:
    """Unknown, somebody else's, or none at all: the port is not to blame."""
    told = BotProcess(tmp_path, engine, by_http(workspace) | {"SLASHDOCK_BIND": address}).run("start")
    (line,) = told.stderr.splitlines()
    assert f"SLASHDOCK_BIND {address!r}" in line
    assert "SLASHDOCK_PORT" not in line
    assert told.returncode == 75


def test_a_port_that_is_taken_is_told_as_a_fault_of_the_port(workspace: Workspace, engine: str, tmp_path: Path) -> None:
    """The address is not to blame."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = BotProcess(tmp_path, engine, by_http(workspace) | {"SLASHDOCK_PORT": port}).run("start")
    (line,) = told.stderr.splitlines()
    assert line == (
        f"Cannot listen on 127.0.0.1, SLASHDOCK_PORT {port}: Address already in use. Set SLASHDOCK_PORT to a free port."
    )


@pytest.fixture
def offered(socket_bot: BotProcess, workspace: Workspace) -> Message:
    """What is asked before an `image prune`, with the button that says yes."""
    assert socket_bot.process is not None
    return _answer(workspace, OPS, lambda: workspace.slash(ADMIN, OPS, "image prune"))


def _click_again(workspace: Workspace, click: Delivery, **action: str) -> Message:
    """The answer to the same click once more, as one that was on its way already."""
    actions = [{**click.payload["actions"][0], **action}]
    again = {**click.payload, "actions": actions, "trigger_id": f"{click.trigger_id}.again"}
    return _answer(workspace, OPS, lambda: workspace.deliver("interactive", again))


def _recorded(folder: Path) -> list[tuple[str, ...]]:
    db = sqlite3.connect(folder / "data" / "slashdock.db")
    rows = db.execute("SELECT actor, channel, origin, verdict, reason, status FROM actions ORDER BY number").fetchall()
    db.close()
    return rows


@pytest.mark.attack("S8")
def test_a_button_that_changes_something_works_once(offered: Message, workspace: Workspace, tmp_path: Path) -> None:
    """The message loses its button and says who pressed it; a click that was on its way is refused, and recorded."""
    click = workspace.click(ADMIN, OPS, offered.ts, "Run image prune").wait()
    workspace.wait_for_message(OPS, "Total reclaimed space")
    changed = workspace.wait_for_message(OPS, "pressed the button", viewer=ADMIN)
    assert (changed.ts, list(changed.elements())) == (offered.ts, [])
    told = _click_again(workspace, click)
    assert "This was pressed already, by ada, as number 2. Nothing was done." in told.plain()
    first, second = _recorded(tmp_path)[1:]
    assert (first[3], first[5]) == ("allow", "done")
    assert second == (ADMIN, OPS, "button", "denied", "pressed already, as number 2", "denied")


def test_a_button_is_not_used_up_by_somebody_who_may_not(
    offered: Message, workspace: Workspace, tmp_path: Path
) -> None:
    """A viewer's click is refused; the administrator's works afterwards."""
    click = workspace.click(ADMIN, OPS, offered.ts, "Run image prune")
    workspace.wait_for_message(OPS, "Total reclaimed space")
    held = _answer(workspace, OPS, lambda: workspace.slash(ADMIN, OPS, "image prune -a"))
    mine = {**click.payload, "actions": [{**click.payload["actions"][0], "value": next(held.elements())[1]["value"]}]}
    by_viewer = {**mine, "user": {**mine["user"], "id": VIEWER}, "trigger_id": "1.viewer"}
    workspace.deliver("interactive", by_viewer)
    workspace.wait_for(lambda: [row[5] for row in _recorded(tmp_path)][3:] == ["denied"])
    assert len(list(workspace.state.message(OPS, held.ts).elements())) == 1
    workspace.deliver("interactive", {**mine, "trigger_id": "1.admin"})
    workspace.wait_for(lambda: [row[5] for row in _recorded(tmp_path)][3:] == ["denied", "done"])


def test_a_button_that_is_not_known_is_recorded_as_refused(
    offered: Message, workspace: Workspace, tmp_path: Path
) -> None:
    """Who pressed it and where stands in the record, as of everything that is asked."""
    click = workspace.click(ADMIN, OPS, offered.ts, "Run image prune").wait()
    told = _click_again(workspace, click, value="f" * 32)
    assert "This button is not known any more." in told.plain()
    assert told.only_for == ADMIN
    assert _recorded(tmp_path)[2] == (ADMIN, OPS, "button", "denied", "unknown button", "denied")


FAULTS = {"BEGIN IMMEDIATE": "has kept", "ALTER TABLE lines RENAME TO gone": "cannot be used"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_record_that_cannot_be_used_is_told_as_such_to_who_presses_a_button(
    offered: Message, workspace: Workspace, tmp_path: Path, fault: str
) -> None:
    """The button is not to blame where it cannot be looked up, or the click not written down."""
    click = workspace.click(ADMIN, OPS, offered.ts, "Run image prune").wait()
    workspace.wait_for_message(OPS, "Total reclaimed space")
    db = sqlite3.connect(tmp_path / "data" / "slashdock.db", isolation_level=None)
    db.execute(fault)
    told = _click_again(workspace, click, value="f" * 32)
    db.close()
    assert "Nothing was done, because it could not be written down first" in told.plain()
    assert FAULTS[fault] in told.plain()
