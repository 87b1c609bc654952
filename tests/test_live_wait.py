"""Waiting for a container, for as long as it takes: over ends of slashdock, of the engine, and of the container."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_process import BotProcess, by_socket, started
from docker.api.client import APIClient
from door import Door
from eventually import eventually
from harness import KEY
from painted import painted
from proxy import Proxy

from bot.clock import Clock
from bot.lasting import PURPOSE
from bot.seal import Seal
from bot.store import FILE, Store
from bot.streams import WAITS_EACH
from bot.workspace import Message, Workspace
from bot.workspace.people import ADMIN, OPS

UNTIL_TOLD = "trap 'exit {}' TERM; while true; do sleep 0.1; done"
WAITS = "Waits for job"


@pytest.fixture
def bot(workspace: Workspace, fresh_world: str, tmp_path: Path) -> BotProcess:
    """The bot, still to be started."""
    return BotProcess(tmp_path, fresh_world, by_socket(workspace))


@pytest.fixture
def job(api: APIClient) -> Iterator[str]:
    """A container that ends with 7 once it is stopped."""
    yield _made(api)
    if api.containers(all=True, filters={"name": "job"}):
        api.remove_container("job", force=True)


def _made(api: APIClient, name: str = "job", code: int = 7, *, auto_remove: bool = False) -> str:
    config, script = api.create_host_config(auto_remove=auto_remove), UNTIL_TOLD.format(code)
    made = api.create_container("busybox:latest", ["sh", "-c", script], name=name, host_config=config)["Id"]
    api.start(made)
    return str(made)


def _answer(workspace: Workspace, text: str) -> Message:
    """What was answered, in another message than the one that is painted."""

    def told() -> list[Message]:
        every = workspace.messages(OPS, ADMIN)
        said = [each for each in every if each.by_bot and text in each.plain()]
        return [each for each in said if not any(look in each.plain() for look in ("is running", "was under way"))]

    return eventually(told)[-1]


def _begun(workspace: Workspace) -> None:
    workspace.slash(ADMIN, OPS, "wait --public job")
    eventually(lambda: painted(workspace, OPS, WAITS))


def test_it_answers_when_it_happens(workspace: Workspace, bot: BotProcess, job: str, api: APIClient) -> None:
    """It is a stream meanwhile, of a kind of its own."""
    with started(bot):
        for _ in range(WAITS_EACH + 1):
            workspace.slash(ADMIN, OPS, "wait --public job")
        eventually(lambda: painted(workspace, OPS, f"You have {WAITS_EACH} streams of this kind already"))
        workspace.slash(ADMIN, OPS, "stream ls --public")
        assert eventually(lambda: painted(workspace, OPS, "PERSON")).plain().count("wait --public job") >= WAITS_EACH
        api.stop(job)
        eventually(
            lambda: len([each for each in workspace.messages(OPS, ADMIN) if "\n7" in each.plain()]) >= WAITS_EACH
        )


def test_it_can_be_stopped(workspace: Workspace, bot: BotProcess, job: str) -> None:
    """The container runs on, and the answer says so."""
    with started(bot):
        _begun(workspace)
        shown = painted(workspace, OPS, WAITS)
        assert shown is not None
        workspace.click(ADMIN, OPS, shown.ts, "Stop")
        assert "Still running: job" in eventually(lambda: painted(workspace, OPS, "stopped it")).plain()
    assert job


@pytest.mark.parametrize("orderly", [True, False], ids=["stopped", "killed"])
def test_it_goes_on_over_an_end_of_slashdock(
    workspace: Workspace, bot: BotProcess, job: str, api: APIClient, orderly: bool
) -> None:
    """Under its number, so that the buttons of before still are about it; the answer goes where it was asked."""
    bot.start()
    _begun(workspace)
    first = painted(workspace, OPS, WAITS)
    assert first is not None
    if orderly:
        bot.stop()
        assert "goes on by itself after the next start" in _answer(workspace, "Number 1 goes on").plain()
    else:
        bot.kill()
    with started(bot):
        again = eventually(lambda: (found := painted(workspace, OPS, WAITS)) and found.ts != first.ts and found)
        workspace.slash(ADMIN, OPS, "stream ls --public --format '{{.Number}} {{.State}} {{.Line}}'")
        assert eventually(lambda: painted(workspace, OPS, "1 lives "))
        api.stop(job)
        assert _answer(workspace, "\n7")
        eventually(lambda: "is running" not in workspace.state.message(OPS, again.ts).plain())


@pytest.mark.parametrize("removed", [False, True], ids=["there", "removed"])
def test_what_ended_while_slashdock_was_down_is_answered_with_its_code(
    workspace: Workspace, bot: BotProcess, api: APIClient, removed: bool
) -> None:
    """Of one that was removed the engine's events tell it."""
    made = _made(api, auto_remove=removed)
    bot.start()
    _begun(workspace)
    bot.kill()
    api.stop(made)
    eventually(lambda: not removed or not api.containers(all=True, filters={"name": "job"}))
    with started(bot):
        assert "7" in _answer(workspace, "ran docker wait").plain()
    if not removed:
        api.remove_container(made)


@pytest.fixture
def other(api: APIClient) -> Iterator[str]:
    """A container that ends with 3 once it is stopped."""
    made = _made(api, "other", 3)
    yield made
    api.remove_container(made, force=True)


def test_a_code_that_was_shown_is_known_after_ends_of_slashdock(
    workspace: Workspace, bot: BotProcess, job: str, other: str, api: APIClient
) -> None:
    """Of a container that was started again meanwhile, too."""
    bot.start()
    workspace.slash(ADMIN, OPS, "wait --public job other")
    eventually(lambda: painted(workspace, OPS, "Waits for job and other"))
    api.stop(other)
    known = "other: 3\nWaits for job."
    shown = {eventually(lambda: painted(workspace, OPS, known)).ts}

    def anew() -> str:
        found = painted(workspace, OPS, known)
        return found.ts if found and found.ts not in shown else ""

    api.start(other)
    for _ in range(2):
        bot.kill()
        bot.start()
        shown.add(eventually(anew))
    api.stop(job)
    assert _answer(workspace, "\n7\n3")
    bot.stop()


def test_what_an_older_slashdock_kept_goes_on(tmp_path: Path) -> None:
    """It says nothing of what was found out, and learns it from then on."""
    old = {"line": "wait job", "actor": {"id": ADMIN, "team": ""}, "origin": "slash", "host": "local", "since": 1.0}
    where = {"channel": OPS, "thread": "", "host": ""}
    sealed = Seal(KEY, PURPOSE).close(json.dumps({**old, "where": where, "ids": {"job": "1"}}), "1")
    store = Store(tmp_path, Clock(), KEY)
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("INSERT INTO lasting VALUES (1, ?)", (sealed,))
    db.close()
    assert store.lasting.known(1) == {}
    store.lasting.learn(1, {"job": "7"})
    assert store.lasting.known(1) == {"job": "7"}
    store.close()


def test_it_is_about_the_container_that_it_was_about(
    workspace: Workspace, bot: BotProcess, api: APIClient, job: str
) -> None:
    """Another one that has its name since is not waited for."""
    bot.start()
    _begun(workspace)
    bot.kill()
    api.remove_container(job, force=True)
    _made(api)
    with started(bot):
        assert _answer(workspace, "job became another container")


def test_it_is_judged_anew(workspace: Workspace, bot: BotProcess, job: str) -> None:
    """Who may not any more is told so, and nothing is waited for."""
    bot.start()
    _begun(workspace)
    bot.kill()
    policy = bot.folder / "policy.toml"
    policy.write_text(policy.read_text() + '\n[[deny]]\nverbs = ["wait"]\non = ["*"]\n')
    with started(bot):
        assert eventually(lambda: painted(workspace, OPS, "policy.toml"))
        workspace.slash(ADMIN, OPS, "stream ls -q --public")
    assert job


def test_what_something_else_wrote_is_not_begun(workspace: Workspace, bot: BotProcess, job: str) -> None:
    """A row that is not slashdock's own ends like everything that an end broke off."""
    bot.start()
    _begun(workspace)
    bot.kill()
    with sqlite3.connect(bot.folder / "data" / FILE) as db:
        db.execute("UPDATE lasting SET sealed = zeroblob(64)")
    db.close()
    with started(bot):
        assert eventually(lambda: painted(workspace, OPS, "slashdock ended before this was answered"))
    assert job


def test_it_can_be_stopped_while_the_engine_says_nothing(
    workspace: Workspace, fresh_world: str, job: str, tmp_path: Path
) -> None:
    """Before it has said that it heard."""
    proxy = Proxy(fresh_world, hold=f"{job}/wait", together=2)
    with proxy.serve(tmp_path) as address, started(BotProcess(tmp_path, address, by_socket(workspace))):
        _begun(workspace)
        eventually(lambda: any("/wait" in each for each in proxy.requests))
        workspace.slash(ADMIN, OPS, "stream stop 1")
        assert "Still running: job" in _answer(workspace, "stopped it").plain()
        assert not proxy.is_broken
        proxy.let_go()


def test_it_goes_on_where_the_engine_ends_before_it_was_asked_for_the_end(
    workspace: Workspace, fresh_world: str, job: str, api: APIClient, tmp_path: Path
) -> None:
    """As long as it was there when the line was judged."""
    door = Door(fresh_world, last="containers/job/json")
    with door.serve(tmp_path) as address, started(BotProcess(tmp_path, address, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, "wait --public job")
        eventually(lambda: painted(workspace, OPS, "The engine does not answer"))
        door.open()
        eventually(lambda: painted(workspace, OPS, WAITS))
        api.stop(job)
        assert "7" in _answer(workspace, "ran docker wait").plain()


def test_it_goes_on_past_ends_of_the_engine(
    workspace: Workspace, fresh_world: str, job: str, api: APIClient, tmp_path: Path
) -> None:
    """While it waits, and where the engine is not there when slashdock starts."""
    door = Door(fresh_world)
    with door.serve(tmp_path) as address:
        bot = BotProcess(tmp_path, address, by_socket(workspace))
        bot.start()
        _begun(workspace)
        door.shut()
        eventually(lambda: painted(workspace, OPS, "The engine does not answer"))
        bot.kill()
        with started(bot):
            door.open()
            api.stop(job)
            assert "7" in _answer(workspace, "ran docker wait").plain()
