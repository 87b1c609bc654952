"""Sessions that are recorded: what nobody was to see is not in the recording, whatever asked for it."""

from __future__ import annotations

import json

import pytest
from bot_process import BotProcess
from docker.api.client import APIClient
from eventually import eventually
from test_sessions import RULES, _lines, _recorded, _type, bot

from bot.workspace import Message, Workspace
from bot.workspace.people import ADMIN, OPS
from commands.chance import MASK

__all__ = ["bot"]

PROMPTS = (
    "",
    "? ",
    "Enter passphrase for key '/home/ada/projects/customers/big-customer-name/deploy/keys/id_ed25519': ",
    "Bitte das Losungswort > ",
)


def _last(workspace: Workspace, head: Message) -> str:
    """The newest message in its thread."""
    return (_lines(workspace, head) or [""])[-1]


def _cast(workspace: Workspace, head: Message) -> str:
    """The recording of a session, once that has ended."""
    _type(workspace, head, "exit")
    (message,) = eventually(lambda: [each for each in workspace.messages(OPS, ADMIN) if each.files])
    return workspace.files.kept[message.files[0]["id"]].content.decode()


@pytest.fixture
def head(workspace: Workspace, bot: BotProcess) -> Message:
    """A session that is recorded."""
    (bot.folder / "policy.toml").write_text(f"{RULES}\n[sessions]\nrecord = true\n")
    return eventually(lambda: _recorded(workspace))


def test_what_is_typed_unseen_is_not_recorded(workspace: Workspace, head: Message, api: APIClient) -> None:
    """Whatever the prompt says; what is seen as it is typed is recorded."""
    for number, prompt in enumerate(PROMPTS):
        asked = f"ready-%s\\n{prompt}".replace("'", "'\\''")
        _type(workspace, head, f"stty -echo; printf '{asked}' $((1+1)); read w; stty echo; echo got-{number}-$((1+1))")
        eventually(lambda: "ready-2" in _last(workspace, head))
        _type(workspace, head, f"opensesame{number}")
        eventually(lambda number=number: f"got-{number}-2" in _last(workspace, head))
    _type(workspace, head, "echo seen")
    eventually(lambda: _last(workspace, head).startswith("/ # echo seen\nseen"))
    cast = _cast(workspace, head)
    assert "opensesame" not in cast
    assert '"i", "echo seen\\n"' in cast
    assert cast.count(json.dumps(f"{MASK}\n")) == len(PROMPTS)
    assert api.top("web")


def test_a_secret_that_the_terminal_wraps_is_not_recorded(workspace: Workspace, head: Message, api: APIClient) -> None:
    """The shell's own editor ends a line where the width is used up."""
    _type(workspace, head, f"echo {'a' * 51} 123 DB_PASSWORD=hunter2-corgi-dog >/dev/null; echo d$((1+1))")
    eventually(lambda: "d2" in _last(workspace, head))
    cast = _cast(workspace, head)
    assert not [each for each in ("hunter2", "ter2", "corgi", "dog") if each in cast]
    assert api.top("web")
