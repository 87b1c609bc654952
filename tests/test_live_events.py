"""Events that are followed: the whole bot in the workspace, and a real engine on which things happen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_process import BotProcess, by_socket, started
from docker.api.client import APIClient
from door import Door
from eventually import eventually
from painted import painted

from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS
from commands.system.happening import RING

RENAMES = "events --public --filter event=rename --format '{{.Actor.Attributes.name}}'"
HIDDEN = """
[[deny]]
verbs = ["see", "read"]
on = ["label:hidden=yes"]
"""


@pytest.fixture
def bot(workspace: Workspace, fresh_world: str, tmp_path: Path) -> Iterator[BotProcess]:
    """The bot, joined to the workspace."""
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))) as running:
        yield running


def _file(workspace: Workspace) -> str:
    """The text of the newest file."""
    found = eventually(lambda: [each for each in workspace.messages(OPS, ADMIN) if each.files])
    content = workspace.files.kept[found[-1].files[0]["id"]].content
    return content.decode()


@pytest.mark.usefixtures("bot")
def test_what_happens_is_shown_as_it_does_and_stopped(workspace: Workspace, api: APIClient) -> None:
    """Nothing of before without --since; the message says that nothing happened yet."""
    api.rename("idle", "before-all")
    workspace.slash(ADMIN, OPS, RENAMES)
    first = eventually(lambda: painted(workspace, OPS, "Nothing has happened yet"))
    api.rename("before-all", "idle")
    api.rename("idle", "asleep")
    shown = eventually(lambda: painted(workspace, OPS, "asleep"))
    assert shown.ts == first.ts
    assert "before-all" not in shown.plain()
    workspace.click(ADMIN, OPS, shown.ts, "Stop")
    told = eventually(lambda: painted(workspace, OPS, "stopped it"))
    assert "2 lines in" in told.plain()
    assert _file(workspace) == "idle\nasleep\n"


@pytest.mark.usefixtures("bot")
def test_since_has_it_begin_before(workspace: Workspace, api: APIClient) -> None:
    """As docker's."""
    api.rename("idle", "asleep")
    workspace.slash(ADMIN, OPS, f"{RENAMES} --since 1m")
    assert eventually(lambda: painted(workspace, OPS, "asleep"))
    api.rename("asleep", "idle")
    assert eventually(lambda: painted(workspace, OPS, "asleep\nidle"))


def test_it_goes_on_where_it_was_and_says_what_may_be_missing(
    workspace: Workspace, fresh_world: str, api: APIClient, tmp_path: Path
) -> None:
    """Past an end of the engine each once; where more happened than the engine remembers, that is said."""
    door = Door(fresh_world)
    with door.serve(tmp_path) as address, started(BotProcess(tmp_path, address, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, RENAMES)
        first = eventually(lambda: painted(workspace, OPS, "Nothing has happened yet"))
        api.rename("idle", "one")
        eventually(lambda: painted(workspace, OPS, "one"))
        door.shut()
        eventually(lambda: painted(workspace, OPS, "The engine does not answer"))
        api.rename("one", "two")
        door.open()
        eventually(lambda: painted(workspace, OPS, "one\ntwo"))
        door.shut()
        eventually(lambda: painted(workspace, OPS, "The engine does not answer"))
        for _ in range(RING):
            api.rename("two", "three")
            api.rename("three", "two")
        door.open()
        eventually(lambda: painted(workspace, OPS, "Here some may be missing"))
        api.rename("two", "idle")
        eventually(lambda: painted(workspace, OPS, "two\nidle"))
        workspace.click(ADMIN, OPS, first.ts, "Stop")
        lines = _file(workspace).splitlines()
    assert lines[:2] == ["one", "two"]
    assert lines[2].startswith("Here some may be missing")
    assert lines[-1] == "idle"


def test_what_is_hidden_is_told_of_never(
    workspace: Workspace, fresh_world: str, api: APIClient, tmp_path: Path
) -> None:
    """Not of what came after it began, either; what comes to be seen is."""
    bot = BotProcess(tmp_path, fresh_world, by_socket(workspace))
    bot.environment()
    policy = tmp_path / "policy.toml"
    policy.write_text(policy.read_text() + HIDDEN)
    with started(bot):
        workspace.slash(ADMIN, OPS, "events --public --format '{{.Action}} {{.Actor.ID}} {{.Actor.Attributes.name}}'")
        eventually(lambda: painted(workspace, OPS, "Nothing has happened yet"))
        labels = {"hidden": "yes"}
        api.create_volume("secret-volume", labels=labels)
        box = api.create_container("busybox:latest", ["true"], name="secret-box", labels=labels)["Id"]
        network = api.create_network("secret-net", labels=labels)["Id"]
        api.create_volume("open-volume")
        api.rename("idle", "asleep")
        api.remove_network(network)
        api.remove_container(box)
        api.remove_volume("secret-volume")
        api.remove_volume("open-volume")
        shown = eventually(lambda: painted(workspace, OPS, "destroy open-volume"))
        policy.write_text(policy.read_text().replace("hidden=yes", "hidden=no"))
        assert eventually(lambda: painted(workspace, OPS, "What you may see was changed"))
    assert "asleep" in shown.plain()
    assert "secret" not in shown.plain()


@pytest.mark.usefixtures("bot")
def test_a_template_that_fails_is_docker_s_error(workspace: Workspace, api: APIClient) -> None:
    """With the first event that it fails on."""
    workspace.slash(ADMIN, OPS, "events --public --format '{{index .Actor.Attributes 5}}'")
    eventually(lambda: api.rename("idle", "asleep") or api.rename("asleep", "idle") or painted(workspace, OPS, "index"))
