"""Events that are followed: the whole bot in the workspace, and a real engine on which things happen."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_process import BotProcess, by_socket, started
from docker.api.client import APIClient
from door import Door
from engine import Engine
from eventually import eventually
from painted import painted
from proxy import Proxy

from bot.files import Files
from bot.hosts import Host
from bot.living import living
from bot.streams import Streams
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS
from commands.context import Context
from commands.live import View
from commands.outside import Outside
from commands.system.happening import RING, Happening
from commands.wire import Params

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


def _all_of(host: Host) -> Context:
    """The context of a line of somebody who may see all."""
    return Context(
        quick=host.quick,
        slow=host.patient,
        found={},
        visible=lambda _seen: True,
        reaches=lambda _seen: True,
        why=lambda _seen: "",
        may=lambda _found: True,
        sees=lambda _seen: True,
        sees_all=lambda: True,
        now=0.0,
        host="local",
        person="ada",
        outside=Outside(),
        bot=None,  # type: ignore[arg-type] # nothing is asked of it
    )


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


def test_a_gap_is_told_where_nothing_had_come_before_it(
    workspace: Workspace, fresh_world: str, api: APIClient, tmp_path: Path
) -> None:
    """The first of those that are not remembered any more could be seen by nobody; once the gap is told, it is over."""
    door = Door(fresh_world)
    with door.serve(tmp_path) as address, started(BotProcess(tmp_path, address, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, RENAMES)
        first = eventually(lambda: painted(workspace, OPS, "Nothing has happened yet"))
        door.shut()
        eventually(lambda: painted(workspace, OPS, "The engine does not answer"))
        api.rename("idle", "lost")
        api.rename("lost", "two")
        for _ in range(RING // 2):
            api.rename("two", "three")
            api.rename("three", "two")
        door.open()
        eventually(lambda: painted(workspace, OPS, "Here some may be missing"))
        api.rename("two", "idle")
        eventually(lambda: painted(workspace, OPS, "two\nidle"))
        door.shut()
        eventually(lambda: painted(workspace, OPS, "The engine does not answer"))
        door.open()
        api.rename("idle", "asleep")
        eventually(lambda: painted(workspace, OPS, "idle\nasleep"))
        workspace.click(ADMIN, OPS, first.ts, "Stop")
        lines = _file(workspace).splitlines()
        api.rename("asleep", "idle")
    assert "lost" not in lines
    assert [at for at, line in enumerate(lines) if line.startswith("Here some")] == [0]


def test_what_an_engine_forgot_that_began_anew_may_be_missing(workspace: Workspace, tmp_path: Path) -> None:
    """It remembers nothing of before its start."""
    with Engine(tmp_path / "other") as engine, started(BotProcess(tmp_path, engine.host, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, RENAMES)
        eventually(lambda: painted(workspace, OPS, "Nothing has happened yet"))
        engine.stop()
        eventually(lambda: painted(workspace, OPS, "The engine does not answer"))
        engine.start()
        assert eventually(lambda: painted(workspace, OPS, "Here some may be missing"))


def test_what_is_no_gap_is_told_as_none(fresh_world: str, api: APIClient, tmp_path: Path) -> None:
    """Where nothing that was asked for came for long, and much of other kinds did."""
    seen: list[View] = []
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as address, Streams().open(1, ADMIN, "ada", "local", "events") as stream:
        host = Host("local", address)
        params: Params = {"filters": json.dumps({"event": ["oom"]})}
        happening = Happening(_all_of(host), params, lambda _event: "", silence=3.0)
        with living(stream, seen.append, Files(tmp_path / "files")) as live:
            follows = threading.Thread(target=happening.follow, args=(live,))
            follows.start()
            eventually(lambda: seen)
            for _ in range(RING):
                api.rename("idle", "asleep")
                api.rename("asleep", "idle")
            eventually(lambda: len([each for each in proxy.requests if "oom" in each]) > 1)
            stream.end("Enough.")
            follows.join()
            live.flush()
        host.close()
    assert not [each for each in seen if "missing" in each.text]


@pytest.mark.usefixtures("bot")
def test_a_template_that_fails_later_throws_nothing_away(workspace: Workspace, api: APIClient) -> None:
    """What was shown until then is counted and given, and the error is told."""
    template = "{{with .Actor.Attributes.name}}{{slice . 0 4}}{{end}}"
    workspace.slash(ADMIN, OPS, f"events --public --filter event=rename --format '{template}'")
    eventually(lambda: painted(workspace, OPS, "Nothing has happened yet"))
    api.rename("idle", "asleep")
    eventually(lambda: painted(workspace, OPS, "asle"))
    api.rename("asleep", "abc")
    told = eventually(lambda: painted(workspace, OPS, "out of range"))
    api.rename("abc", "idle")
    assert "1 line in" in told.plain()
    assert _file(workspace) == "asle\n"


@pytest.mark.usefixtures("bot")
def test_a_template_that_fails_is_docker_s_error(workspace: Workspace, api: APIClient) -> None:
    """With the first event that it fails on."""
    workspace.slash(ADMIN, OPS, "events --public --format '{{index .Actor.Attributes 5}}'")
    eventually(lambda: api.rename("idle", "asleep") or api.rename("asleep", "idle") or painted(workspace, OPS, "index"))
