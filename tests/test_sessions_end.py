"""The end of a session in a container: nothing that it started stays, and what does is told."""

from __future__ import annotations

import pytest
from bot_process import BotProcess
from docker.api.client import APIClient
from eventually import eventually
from test_sessions import _lines, _open, _processes, _said, _type, bot

from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS

__all__ = ["bot"]
ACCENTS = "x=$(printf '\\314\\201%.0s' $(seq 1 400)); printf e; while :; do printf %s $x; done"
COLOURS = "while :; do printf '\\033[31mabc\\033[0m\\033[5;5Hx\\033[7mzzz\\n'; done"


def _sleeps(api: APIClient, seconds: str) -> list[str]:
    return [each for each in _processes(api) if f"sleep {seconds}" in each]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("flags", ["-it", "-i"])
def test_what_it_left_in_the_background_is_killed(workspace: Workspace, api: APIClient, flags: str) -> None:
    """Also where it ended by itself, and whatever that ignores."""
    head = _open(workspace, f"exec {flags} --public web sh")
    _type(workspace, head, "sleep 901 & (trap '' HUP; setsid sleep 902) >/dev/null 2>&1 &")
    eventually(lambda: _sleeps(api, "901") and _sleeps(api, "902"))
    _type(workspace, head, "exit 3")
    eventually(lambda: _said(workspace, OPS, "sh ended with exit code 3."))
    assert not _sleeps(api, "90")
    assert api.top("web")


@pytest.mark.usefixtures("bot")
def test_what_begins_others_all_the_time_is_killed_with_them(workspace: Workspace, api: APIClient) -> None:
    """However often that is."""
    head = _open(workspace, "exec -it --public web sh")
    _type(workspace, head, "f() { trap '' HUP INT QUIT TERM; while :; do sleep 444 & usleep 5000; done; }; f & f &")
    eventually(lambda: len(_sleeps(api, "444")) > 20)
    workspace.click(ADMIN, OPS, head.ts, "Stop")
    told = eventually(lambda: _said(workspace, OPS, "stopped it."))
    assert told.text.endswith("sh was killed.")
    assert not _sleeps(api, "44")


@pytest.mark.usefixtures("bot")
def test_what_outlives_all_that_have_the_mark_is_killed(workspace: Workspace, api: APIClient) -> None:
    """What is in their session was known by them until the first signal."""
    head = _open(workspace, "exec -it --public web sh")
    _type(workspace, head, "(trap '' HUP; exec env -i sleep 445) &")
    eventually(lambda: _sleeps(api, "445"))
    workspace.click(ADMIN, OPS, head.ts, "Stop")
    eventually(lambda: _said(workspace, OPS, "stopped it. sh was killed."))
    assert not _sleeps(api, "445")


@pytest.mark.usefixtures("bot")
def test_what_may_not_be_killed_is_told(workspace: Workspace, api: APIClient) -> None:
    """A process that became another user's."""
    made = "cp /bin/busybox /su; chmod 4755 /su; echo root::0:0::/:/bin/sh >/etc/passwd"
    api.exec_start(api.exec_create("web", ["sh", "-c", made])["Id"])
    head = _open(workspace, "exec -it -u 1000 --public web sh")
    _type(workspace, head, "/su -c 'trap \"\" HUP INT; sleep 888'")
    eventually(lambda: _sleeps(api, "888"))
    workspace.click(ADMIN, OPS, head.ts, "Stop")
    told = eventually(lambda: _said(workspace, OPS, "stopped it."))
    assert "processes that it started could not be killed: `docker restart web` ends all" in told.text
    assert _sleeps(api, "888")
    api.restart("web", timeout=0)


@pytest.mark.usefixtures("bot")
def test_a_container_that_is_paused_is_told(workspace: Workspace, api: APIClient) -> None:
    """With what comes first."""
    head = _open(workspace, "exec -it --public web sh")
    api.pause("web")
    workspace.click(ADMIN, OPS, head.ts, "Stop")
    told = eventually(lambda: _said(workspace, OPS, "stopped it."))
    assert "as web is paused: `docker unpause web` comes first" in told.text
    api.unpause("web")
    api.restart("web", timeout=0)


@pytest.mark.parametrize("flood", [ACCENTS, COLOURS])
def test_a_flood_is_stopped(workspace: Workspace, bot: BotProcess, api: APIClient, flood: str) -> None:
    """Whatever it prints, and slashdock after it."""
    heads = [_open(workspace, "exec -it --public web sh") for _ in range(3)]
    for head in heads:
        _type(workspace, head, flood)
        eventually(lambda head=head: _lines(workspace, head))
    workspace.click(ADMIN, OPS, heads[0].ts, "Stop")
    eventually(lambda: _said(workspace, OPS, "stopped it. sh was killed."), 10)
    bot.stop()
    assert not [each for each in _processes(api) if each.endswith(" sh")]


@pytest.mark.usefixtures("bot")
def test_what_is_called_oddly_is_neither_spared_nor_killed_for_it(workspace: Workspace, api: APIClient) -> None:
    """The name of a process stands within its status, and may have anything in it."""
    odd = "printf '#!/bin/sh\\nsleep 731\\n' > '/a\nb'; chmod +x '/a\nb'"
    hiding = "printf '#!/bin/sh\\nsleep 732; :\\n' > '/a) Z\n'; chmod +x '/a) Z\n'"
    for script in (odd, hiding):
        api.exec_start(api.exec_create("web", ["sh", "-c", script]))
    api.exec_start(api.exec_create("web", ["/a\nb"]), detach=True)
    head = _open(workspace, "exec -i --public web sh")
    _type(workspace, head, "(trap '' HUP; exec \"/a) Z\n\") &")
    eventually(lambda: [each for each in _processes(api) if "sleep 732" in each])
    workspace.click(ADMIN, OPS, head.ts, "Stop")
    eventually(lambda: _said(workspace, OPS, "sh was killed."))
    assert not [each for each in _processes(api) if "sleep 732" in each]
    assert [each for each in _processes(api) if "sleep 731" in each]


@pytest.mark.usefixtures("bot")
def test_what_it_leaves_behind_is_told(workspace: Workspace) -> None:
    """As somebody may have meant it to stay."""
    head = _open(workspace, "exec -i --public web sh")
    _type(workspace, head, "sleep 733 &")
    _type(workspace, head, "exit 0")
    eventually(lambda: _said(workspace, OPS, "Processes that it had left in the background were killed: 1."))
