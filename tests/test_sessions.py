"""Sessions: the whole bot in the workspace, and real processes in a real container that are typed into."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_process import POLICY, BotProcess, by_socket, started
from docker.api.client import APIClient
from door import Door
from eventually import eventually

from bot.workspace import Message, Workspace, payloads
from bot.workspace.people import ADMIN, OPERATOR, OPS

DIRECT = "D" + ADMIN[1:]


RULES = POLICY.replace('"act", "change"]', '"act", "change", "enter"]')


@pytest.fixture
def bot(workspace: Workspace, fresh_world: str, tmp_path: Path) -> Iterator[BotProcess]:
    """The bot, joined to the workspace, where ada may enter."""
    (tmp_path / "policy.toml").write_text(RULES)
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))) as running:
        yield running


def _said(workspace: Workspace, channel: str, text: str) -> Message | None:
    """The newest message of the bot's there that has this text."""
    found = [each for each in workspace.messages(channel, ADMIN) if each.by_bot and text in each.text]
    return found[-1] if found else None


def _open(workspace: Workspace, line: str, channel: str = OPS) -> Message:
    """The message above the session that this line opens."""
    before = {each.ts for each in workspace.messages(channel, ADMIN)}

    def opened() -> Message | None:
        found = _said(workspace, channel, "is typed into it")
        return found if found and found.ts not in before else None

    workspace.slash(ADMIN, OPS, line)
    return eventually(opened)


def _lines(workspace: Workspace, head: Message) -> list[str]:
    """What stands in the thread, message by message."""
    return [each.text for each in workspace.thread(head.channel, head.ts, ADMIN)[1:] if each.by_bot]


def _type(workspace: Workspace, head: Message, text: str, who: str = ADMIN) -> None:
    if head.channel == DIRECT:
        workspace.direct(who, text, head.ts)
    else:
        workspace.say(who, head.channel, text, head.ts)


def _press(workspace: Workspace, bot: BotProcess, head: Message, key: str) -> None:
    """A key, and wait until it was: what is typed after it comes by another way."""
    asked = "SELECT count(*) FROM actions WHERE verb = 'stream key' AND status = 'done'"

    def pressed() -> int:
        with contextlib.closing(sqlite3.connect(f"file:{bot.folder}/data/slashdock.db?mode=ro", uri=True)) as db:
            return int(db.execute(asked).fetchone()[0])

    before = pressed()
    workspace.click(ADMIN, head.channel, head.ts, key)
    eventually(lambda: pressed() > before)


def _processes(api: APIClient, name: str = "web") -> list[str]:
    return [" ".join(row) for row in api.top(name)["Processes"]]


@pytest.mark.usefixtures("bot")
def test_a_shell_remembers_what_was_typed(workspace: Workspace, api: APIClient) -> None:
    """A variable is set and read back; the end of what is typed ends it, with its exit code."""
    head = _open(workspace, "exec -i --public web sh")
    _type(workspace, head, "name=“ada &amp; co”")
    _type(workspace, head, "`echo hello $name`")
    eventually(lambda: [each for each in _lines(workspace, head) if each == "hello ada &amp; co"])
    _type(workspace, head, "sleep 987")
    eventually(lambda: [each for each in _processes(api) if "sleep 987" in each])
    workspace.click(ADMIN, OPS, head.ts, "^C")
    eventually(lambda: _said(workspace, OPS, "sh ended with exit code"))
    assert not [each for each in _processes(api) if "987" in each]


@pytest.mark.usefixtures("bot")
def test_a_session_is_not_paused(workspace: Workspace) -> None:
    """Its thread is painted all the same; whoever wants to read in peace is told how."""
    _open(workspace, "exec -it --public web sh")
    workspace.slash(ADMIN, OPS, "stream pause 1 --public")
    assert eventually(lambda: _said(workspace, OPS, "Number 1 is a session, which cannot be paused"))


def test_a_terminal_shows_programs_that_fill_it(workspace: Workspace, bot: BotProcess, api: APIClient) -> None:
    """Vi is opened, its picture shown, and left; ^C ends a sleep, and the shell goes on; in direct messages here."""
    head = _open(workspace, "exec -it web sh", DIRECT)
    assert not [each for each in workspace.messages(OPS, OPERATOR) if each.by_bot]
    _type(workspace, head, "vi /new")
    eventually(lambda: [each for each in _lines(workspace, head) if "~\n~" in each and "/new" in each])
    _type(workspace, head, "ihello from vi")
    eventually(lambda: [each for each in _lines(workspace, head) if "hello from vi" in each])
    _press(workspace, bot, head, "esc")
    _type(workspace, head, ":wq")
    eventually(lambda: _lines(workspace, head)[-1].endswith("/ # vi /new\n/ #"))
    _type(workspace, head, "cat /new")
    eventually(lambda: _lines(workspace, head)[-1].endswith("/ # cat /new\nhello from vi\n\n/ #"))
    _type(workspace, head, "sleep 654")
    eventually(lambda: [each for each in _processes(api) if "sleep 654" in each])
    workspace.click(ADMIN, DIRECT, head.ts, "^C")
    eventually(lambda: _lines(workspace, head)[-1].endswith("sleep 654\n^C\n/ #"))
    assert not [each for each in _processes(api) if "sleep 654" in each]
    _type(workspace, head, "exit 3")
    eventually(lambda: _said(workspace, DIRECT, "sh ended with exit code 3."))


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("flags", ["-it", "-i"])
def test_what_is_stopped_is_killed(workspace: Workspace, api: APIClient, flags: str) -> None:
    """With all that it started, in the background or without the mark of the session."""
    head = _open(workspace, f"exec {flags} --public web sh")
    _type(workspace, head, "(trap '' HUP; exec sleep 321) & env -i sleep 322 & trap '' HUP; echo begun")
    eventually(lambda: len([each for each in _processes(api) if "sleep 32" in each]) == 2)
    workspace.click(ADMIN, OPS, head.ts, "Stop")
    eventually(lambda: _said(workspace, OPS, "stopped it. sh was killed."))
    assert not [each for each in _processes(api) if "sleep 32" in each]
    assert not api.inspect_container("web")["ExecIDs"]


@pytest.mark.usefixtures("bot")
def test_what_is_left_goes_on(workspace: Workspace, api: APIClient) -> None:
    """Detached from, a shell stays where it is."""
    head = _open(workspace, "exec -it --public web sh")
    _type(workspace, head, "sleep 432")
    eventually(lambda: [each for each in _processes(api) if "sleep 432" in each])
    workspace.click(ADMIN, OPS, head.ts, "Detach")
    eventually(lambda: _said(workspace, OPS, "left it. sh goes on in web"))
    assert [each for each in _processes(api) if "sleep 432" in each]
    api.restart("web", timeout=0)


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("flags", ["-it", "-i"])
def test_a_container_is_run_to_be_typed_into(workspace: Workspace, api: APIClient, flags: str) -> None:
    """It ends with its exit code, and is removed where the line says so."""
    head = _open(workspace, f"run {flags} --rm --public --name talking busybox sh")
    _type(workspace, head, "echo $((6 * 7))")
    eventually(lambda: [each for each in _lines(workspace, head) if "42" in each.splitlines()])
    _type(workspace, head, "exit 5")
    eventually(lambda: _said(workspace, OPS, "talking ended with exit code 5."))
    eventually(lambda: not api.containers(all=True, filters={"name": "talking"}))


@pytest.mark.usefixtures("bot")
def test_what_was_left_is_attached_to_again_and_stopped(workspace: Workspace, api: APIClient) -> None:
    """An attached session ends without its container; one that was run ends with it."""
    head = _open(workspace, "run -it --public --name talking busybox sh")
    _type(workspace, head, "word=ada")
    eventually(lambda: [each for each in _lines(workspace, head) if "word=ada" in each])
    workspace.click(ADMIN, OPS, head.ts, "Detach")
    eventually(lambda: _said(workspace, OPS, "ada left it. talking goes on"))
    second = _open(workspace, "attach --public talking")
    assert second.ts != head.ts
    _type(workspace, second, "echo $word lovelace")
    eventually(lambda: [each for each in _lines(workspace, second) if "ada lovelace" in each])
    workspace.click(ADMIN, OPS, second.ts, "Stop")
    eventually(lambda: _said(workspace, OPS, "ada stopped it. talking goes on"))
    third = _open(workspace, "attach --public talking")
    api.kill("talking")
    eventually(lambda: _said(workspace, OPS, "talking ended with exit code 137."))
    assert third.ts != second.ts
    api.remove_container("talking")
    head = _open(workspace, "run -it --public --name talking busybox sh")
    workspace.click(ADMIN, OPS, head.ts, "Stop")
    eventually(lambda: _said(workspace, OPS, "ada stopped it. talking was killed."))
    assert not api.inspect_container("talking")["State"]["Running"]
    api.remove_container("talking")


def test_who_is_let_in_may_type_and_nobody_else(workspace: Workspace, bot: BotProcess, api: APIClient) -> None:
    """Whoever may run the same line themselves; once they may not, what they write is no input any more."""
    head = _open(workspace, "exec -i --public web sh")
    for thread in (head.ts, None):
        workspace.say(OPERATOR, OPS, "touch /from-otto", thread)
    workspace.slash(ADMIN, OPS, "stream let 1 otto")
    eventually(lambda: _said(workspace, OPS, "They cannot be let in"))
    (bot.folder / "policy.toml").write_text(RULES.replace('"see", "read", "act"]', '"see", "read", "act", "enter"]'))

    def let() -> Message | None:
        workspace.slash(ADMIN, OPS, "stream let 1 otto")
        return _said(workspace, OPS, "otto may type")

    eventually(let)
    _type(workspace, head, "echo guest; ls /", OPERATOR)
    shown = eventually(lambda: [each for each in _lines(workspace, head) if "guest" in each])
    assert "from-otto" not in shown[-1]
    workspace.click(ADMIN, OPS, head.ts, "Stop")
    eventually(lambda: _said(workspace, OPS, "sh was killed."))
    assert api.top("web")


@pytest.mark.usefixtures("bot")
def test_what_is_no_plain_message_of_its_owner_is_not_typed(workspace: Workspace, api: APIClient) -> None:
    """Edits, files, what an app posts, a line for the bot; and a second delivery types nothing twice."""
    head = _open(workspace, "exec -i --public web sh")
    _type(workspace, head, "echo first >>/typed")
    plain = workspace.say(ADMIN, OPS, "echo second >>/typed", head.ts)
    person, channel = workspace.state.person(ADMIN), workspace.state.channel(OPS)
    inner, now = payloads.spoken(plain, person, "message", channel.kind), workspace.state.clock()
    for odd in ({"subtype": "message_changed"}, {"bot_id": "B1"}, {"app_id": "A1"}, {"files": [{"id": "F1"}]}):
        workspace.deliver(
            "events_api", payloads.event({**inner, "text": "echo odd >>/typed", **odd}, person, now)
        ).wait()
    again = payloads.event({**inner, "text": "echo twice >>/typed"}, person, now)
    for _ in range(2):
        workspace.deliver("events_api", again).wait()
    workspace.mention(ADMIN, OPS, "stream ls", head.ts)
    eventually(lambda: _said(workspace, OPS, "PERSON"))
    _type(workspace, head, "cat /typed; echo end")
    shown = eventually(lambda: [each for each in _lines(workspace, head) if "end" in each])
    assert shown[-1].split() == ["first", "second", "twice", "end"]
    workspace.click(ADMIN, OPS, head.ts, "^D")
    eventually(lambda: _said(workspace, OPS, "sh ended with exit code 0."))
    assert api.top("web")


def _recorded(workspace: Workspace) -> Message | None:
    """A session of a bot that has read the policy anew."""
    head = _open(workspace, "exec -it --public web sh")
    if "is recorded" in head.text:
        return head
    workspace.click(ADMIN, OPS, head.ts, "Stop")
    return None


def test_it_is_recorded_where_the_policy_says_so(workspace: Workspace, bot: BotProcess, api: APIClient) -> None:
    """Which it says at its opening; secrets are masked in the recording as in the thread."""
    (bot.folder / "policy.toml").write_text(f"{RULES}\n[sessions]\nrecord = true\n")
    head = eventually(lambda: _recorded(workspace))
    _type(workspace, head, "echo DB_PASSWORD=hunter2-hunter2")
    eventually(lambda: [each for each in _lines(workspace, head) if each.count("DB_PASSWORD") > 1])
    _type(workspace, head, "read -s -p 'Password: ' word; echo got it")
    eventually(lambda: [each for each in _lines(workspace, head) if each.endswith("Password:")])
    _type(workspace, head, "open-sesame")
    eventually(lambda: re.search(r"^Password: .*\n/ #$", _lines(workspace, head)[-1], re.DOTALL))
    assert not [each for each in _lines(workspace, head) if "hunter2" in each]
    _type(workspace, head, "exit")
    (message,) = eventually(lambda: [each for each in workspace.messages(OPS, ADMIN) if each.files])
    first, *events = workspace.files.kept[message.files[0]["id"]].content.decode().splitlines()
    assert json.loads(first)["version"] == 2
    assert {json.loads(each)[1] for each in events} == {"i", "o"}
    assert not [each for each in events if "hunter2" in each or "open-sesame" in each]
    kept = b"".join(each.read_bytes() for each in bot.folder.rglob("*") if each.is_file() and each.suffix != ".toml")
    assert b"hunter2-hunter2" not in kept
    assert api.top("web")


def test_it_ends_when_the_policy_allows_it_no_more(workspace: Workspace, bot: BotProcess, api: APIClient) -> None:
    """What is typed then is not typed any more."""
    _open(workspace, "exec -it --public web sh")
    (bot.folder / "policy.toml").write_text(POLICY)
    eventually(lambda: _said(workspace, OPS, "It is not allowed any more"))
    eventually(lambda: not [each for each in _processes(api) if each.endswith(" sh")])


@pytest.mark.usefixtures("bot")
def test_it_ends_with_its_container(workspace: Workspace, api: APIClient) -> None:
    """And says how that ended."""
    _open(workspace, "exec -it --public web sh")
    api.kill("web")
    told = eventually(lambda: _said(workspace, OPS, "sh ended with exit code"))
    assert "The container ended with exit code 137." in told.text


def test_an_engine_that_goes_away_is_told(
    workspace: Workspace, fresh_world: str, tmp_path: Path, api: APIClient
) -> None:
    """How it ended is not known then."""
    (tmp_path / "policy.toml").write_text(RULES)
    door = Door(fresh_world)
    with door.serve(tmp_path) as address, started(BotProcess(tmp_path, address, by_socket(workspace))):
        _open(workspace, "exec -it --public web sh")
        door.shut()
        eventually(lambda: _said(workspace, OPS, "The engine does not answer any more"))
        door.open()
    api.restart("web", timeout=0)


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("flags", "told"), [("-it", "sleep was killed."), ("-i", "could not be killed and still runs")]
)
def test_where_there_is_no_shell_the_truth_is_told(workspace: Workspace, api: APIClient, flags: str, told: str) -> None:
    """At a terminal ^C is typed; without one nothing can be done, which is said."""
    bare = api.create_container("busybox", ["sh", "-c", "rm /bin/sh; exec sleep 1000"], name="bare")["Id"]
    api.start(bare)
    eventually(lambda: _processes(api, "bare")[0].endswith("sleep 1000"))
    head = _open(workspace, f"exec {flags} --public bare sleep 876")
    workspace.click(ADMIN, OPS, head.ts, "Stop")
    eventually(lambda: _said(workspace, OPS, told))
    assert len([each for each in _processes(api, "bare") if "876" in each]) == (flags == "-i")
    api.remove_container(bare, force=True)
