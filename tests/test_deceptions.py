"""What somebody may try to pass off as another's: names, buttons, messages and plans; the real bot, real payloads."""

from __future__ import annotations

import json
import re
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bot_process import BotProcess, by_http, by_socket, started
from eventually import eventually

from bot.workspace import Workspace
from bot.workspace.message import Message
from bot.workspace.people import ADMIN, ALERTS, GENERAL, OPERATOR, OPS, STRANGER

POLICY = f"""version = 1
[people]
ada = {{ slack = ["{ADMIN}"], roles = ["dev"] }}
otto = {{ slack = ["{OPERATOR}"], roles = ["sre"] }}
[approvals.one]
from = ["sre"]
channel = "{ALERTS}"
[[roles.dev.allow]]
verbs = ["see", "act", "enter"]
on = ["*"]
[[roles.sre.allow]]
verbs = ["see"]
on = ["*"]
[[require]]
verbs = ["act", "enter"]
approve = "one"
"""
APPROVE = "Approve container restart"


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """A workspace in which everybody is in the channels."""
    served = Workspace()
    with served.serve():
        members = frozenset({*served.channels[ALERTS].members, ADMIN, OPERATOR, STRANGER})
        served.change_channel(ALERTS, members=members)
        yield served


@pytest.fixture
def bot(workspace: Workspace, fresh_world: str, tmp_path: Path) -> Iterator[BotProcess]:
    """The real bot, over HTTP."""
    (tmp_path / "policy.toml").write_text(POLICY)
    with started(BotProcess(tmp_path, fresh_world, by_http(workspace))) as running:
        yield running
    if workspace.request_url is not None:
        workspace.request_url.senders.shutdown()


def states(bot: BotProcess) -> dict[int, str]:
    """How each request for consent stands."""
    db = sqlite3.connect(f"file:{bot.folder / 'data' / 'slashdock.db'}?mode=ro", uri=True)
    found = dict(db.execute("SELECT number, state FROM approvals ORDER BY number"))
    db.close()
    return found


def asked(workspace: Workspace, line: str) -> Message:
    """The message that shows what somebody asks for, with its buttons."""
    workspace.slash(ADMIN, OPS, line).wait()
    told = line.rpartition(" ")[2]
    return workspace.wait_for(
        lambda: next((each for each in workspace.messages(ALERTS) if told in each.text and each.elements()), None)
    )


def value(message: Message, label: str) -> str:
    """What one of its buttons carries."""
    return next(str(each["value"]) for _, each in message.elements() if each["text"]["text"].startswith(label))


def pressed(workspace: Workspace, message: Message, carried: str, **changes: Any) -> None:
    """A click of the approver's in that message, as Slack would sign it, but for what it carries and these fields."""
    given = workspace.click(OPERATOR, ALERTS, message.ts, "Show details").wait().payload
    action = {**given["actions"][0], "value": carried}
    workspace.deliver("interactive", {**given, "actions": [action], **changes}).wait()


@pytest.mark.attack("S6")
def test_a_name_in_a_payload_makes_nobody_of_anybody(bot: BotProcess, workspace: Workspace) -> None:  # noqa: ARG001 - it runs
    """S6: who calls themselves as an administrator does, in Slack and in the payload, is who their id says."""
    workspace.change_user(STRANGER, name="ada", real_name="ada")
    workspace.slash(STRANGER, OPS, "ps", user_name="ada", channel_name="directmessage").wait()
    assert workspace.wait_for_message(OPS, STRANGER, viewer=STRANGER).only_for == STRANGER
    workspace.slash(ADMIN, OPS, "ps", user_name="otto").wait()
    assert workspace.wait_for_message(OPS, "CONTAINER ID", viewer=ADMIN).only_for == ADMIN


def times(workspace: Workspace, text: str) -> int:
    """How many messages tell the approver so."""
    return len([each for each in workspace.messages(ALERTS, OPERATOR) if text in each.plain()])


FORGED = ["0" * 32, "1", "' OR 1=1 --", "approval approve 1", "../../1", "\x00", "x" * 2_000]


@pytest.mark.attack("S7")
def test_a_button_stands_for_its_own_line_wherever_its_value_is_put(bot: BotProcess, workspace: Workspace) -> None:
    """S7: another message's value decides that one's request and no other; what nobody remembers decides nothing."""
    web, worker = asked(workspace, "restart -t 0 web"), asked(workspace, "restart -t 0 worker")
    for number, forged in enumerate(FORGED):
        pressed(workspace, web, forged, trigger_id=f"{number}.forged")
    eventually(lambda: times(workspace, "not known any more") == len(FORGED))
    assert set(states(bot).values()) == {"pending"}
    there = {"type": "message", "message_ts": web.ts, "channel_id": GENERAL}
    pressed(workspace, web, value(worker, APPROVE), container=there, trigger_id="1.crossed")
    eventually(lambda: sorted(states(bot).values()) == ["done", "pending"])
    pressed(workspace, web, value(worker, APPROVE), trigger_id="2.crossed")
    workspace.wait_for_message(ALERTS, "is done already", viewer=OPERATOR)
    assert [state for _, state in sorted(states(bot).items())] == ["pending", "done"]


@pytest.mark.attack("S22")
def test_a_message_that_looks_like_ours_decides_nothing(bot: BotProcess, workspace: Workspace) -> None:
    """S22: a click in another app's copy is not heard, and what a number is about can be asked of the bot itself."""
    message = asked(workspace, "restart -t 0 web")
    pressed(workspace, message, value(message, APPROVE), api_app_id="A0FOREIGN1", trigger_id="1.foreign")
    workspace.slash(OPERATOR, OPS, "approval show 7").wait()
    workspace.wait_for_message(OPS, "No request waits under the number 7", viewer=OPERATOR)
    ((number, state),) = states(bot).items()
    assert state == "pending"
    workspace.slash(OPERATOR, OPS, f"approval show {number}").wait()
    assert "restart --timeout=0 web" in workspace.wait_for_message(OPS, "Its digest is", viewer=OPERATOR).plain()


@pytest.mark.attack("S29")
def test_who_asks_is_named_by_the_policy_and_by_id(bot: BotProcess, workspace: Workspace) -> None:  # noqa: ARG001 - it runs
    """S29: neither a display name nor a picture says who asks for what others have to agree to."""
    workspace.change_user(ADMIN, name="otto", real_name="otto :shield:")
    message = asked(workspace, "restart -t 0 web")
    assert f"Asked by ada ({ADMIN})." in message.plain()
    assert "otto" not in message.plain()


TAIL = "the-very-end"
WORDS = ["echo", "a\nrm -rf /", "\ttab", "\u202eesrever\u200b", "<!channel>", "word " * 1_600, TAIL]


@pytest.mark.attack("S14")
def test_what_others_agree_to_is_shown_to_the_last_word(bot: BotProcess, workspace: Workspace) -> None:  # noqa: ARG001 - it runs
    """S14: a long command with line breaks and what cannot be seen: every word on a line of its own, in the file."""
    line = " ".join(f"'{each}'" for each in WORDS)
    message = workspace.mention(ADMIN, OPS, f"exec web {line}".replace("<", "&lt;").replace(">", "&gt;"))
    message.wait()
    uploaded = workspace.wait_for(lambda: [each for each in workspace.messages(ALERTS) if each.files])[0]
    whole = (workspace.files.file(uploaded.files[0]["id"]).content or b"").decode()
    for word in WORDS:
        flat = re.sub("[\u202e\u200b]", "", word.replace("\n", " "))  # as a line is mended that came from a chat
        assert f"  {json.dumps(flat)}\n" in whole, word
    assert "\u202e" not in whole


@pytest.mark.attack("S25")
def test_where_slack_comes_by_socket_nobody_comes_by_http(
    workspace: Workspace, fresh_world: str, tmp_path: Path
) -> None:
    """S25: one way in only: the port that tells of health takes no payload, signed or not."""
    settings = by_http(workspace)
    (tmp_path / "policy.toml").write_text(POLICY)
    url = f"http://127.0.0.1:{settings['SLASHDOCK_PORT']}"
    with started(BotProcess(tmp_path, fresh_world, settings | by_socket(workspace) | {"SLASHDOCK_PORT": url[17:]})):
        assert urllib.request.urlopen(f"{url}/healthz", timeout=5).read() == b"ok\n"
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(f"{url}/slack/events", data=b"command=/docker", timeout=5)
        assert refusal.value.code == 404
        refusal.value.close()
    if workspace.request_url is not None:
        workspace.request_url.senders.shutdown()
