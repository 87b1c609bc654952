"""What a followed log shows of all that a container prints: nothing left out, nothing twice, no secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bot_process import BotProcess, by_socket, started
from docker.api.client import APIClient
from door import Door
from eventually import eventually
from painted import painted

from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS

PART = 16_384  # bytes; the engine keeps a longer line in parts
BODY = "x7Hq9" * 12
KEYED = f"""
echo -----BEGIN RSA PRIVATE KEY-----
for i in $(seq 10 34); do echo MIIEowIBAAKCAQEA$i{BODY}; echo GET /index 200 >&2; done
echo -----END RSA PRIVATE KEY-----; echo all of it
sleep 1000
"""
Run = Callable[..., str]


@pytest.fixture
def run(api: APIClient) -> Run:
    """Starts a container of this name with a script."""

    def start(script: str, name: str = "job", *, tty: bool = False, **labels: str) -> str:
        known = {key.replace("_", "."): value for key, value in labels.items()}
        made = api.create_container("busybox:latest", ["sh", "-c", script], name=name, tty=tty, labels=known)["Id"]
        api.start(made)
        return str(made)

    return start


def _stopped(workspace: Workspace, number: int = 1) -> tuple[str, str]:
    """What was told of a stream that is stopped, and all that its file has."""
    before = len([each for each in workspace.messages(OPS, ADMIN) if each.files])
    workspace.slash(ADMIN, OPS, f"stream stop {number}")
    told = eventually(lambda: painted(workspace, OPS, "stopped it"))
    files = eventually(lambda: [each for each in workspace.messages(OPS, ADMIN) if each.files][before:])
    return told.plain(), workspace.files.kept[files[-1].files[0]["id"]].content.decode()


@pytest.mark.parametrize("line", ["logs -f --tail all --public job", "compose -p shop logs -f --tail all --public"])
def test_a_key_is_hidden_whatever_else_is_printed_meanwhile(
    workspace: Workspace, fresh_world: str, tmp_path: Path, run: Run, line: str
) -> None:
    """To the other stream, or with a name before each line."""
    labels = {"project": "shop", "service": "web", "container-number": "1", "oneoff": "False"}
    run(KEYED, **{f"com_docker_compose_{name}": value for name, value in labels.items()})
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, line)
        eventually(lambda: painted(workspace, OPS, "all of it"))
        _, kept = _stopped(workspace)
    assert "GET /index 200" in kept
    assert BODY not in kept
    assert not [each for each in workspace.messages(OPS, ADMIN) if BODY in each.plain()]


def test_what_is_followed_is_chosen_by_the_line(
    workspace: Workspace, fresh_world: str, tmp_path: Path, run: Run
) -> None:
    """How many lines it begins with, since when, and only those that have a text."""
    run("for i in $(seq 1 100); do echo line $i; [ $((i % 10)) = 0 ] && echo an ERROR; done; echo last; sleep 1000")
    asked = {"": 20, "--tail all": 111, "--since 1h": 111, "--tail 50": 50, "--tail all --grep ERROR": 10}
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))):
        for at, (flags, count) in enumerate(asked.items()):
            workspace.slash(ADMIN, OPS, f"logs -f --public {flags} job")
            there = f"docker logs -f --public {flags}".strip()
            eventually(lambda there=there: painted(workspace, OPS, there))  # type: ignore[misc]
            eventually(lambda: painted(workspace, OPS, "ERROR"))
            _, kept = _stopped(workspace, 2 * at + 1)
            assert (flags, len(kept.splitlines())) == (flags, count)
            assert "--grep" not in flags or set(kept.splitlines()) == {"an ERROR"}


def test_what_is_printed_while_the_engine_is_away_is_shown_even_before_the_first_line(
    workspace: Workspace, fresh_world: str, tmp_path: Path, run: Run, api: APIClient
) -> None:
    """A quiet log is a message, with its buttons, that says that it is quiet."""
    job = run("until [ -e /go ]; do sleep 0.1; done; for i in $(seq 1 100); do echo line $i; done; sleep 1000")
    door = Door(fresh_world)
    with door.serve(tmp_path) as address, started(BotProcess(tmp_path, address, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, "logs -f --public --tail 0 job")
        assert "Stop" in eventually(lambda: painted(workspace, OPS, "Nothing was printed yet.")).plain()
        door.shut()
        eventually(lambda: painted(workspace, OPS, "The engine does not answer"))
        api.exec_start(api.exec_create(job, ["touch", "/go"]))
        eventually(lambda: b"line 100" in api.logs(job, tail=1))
        door.open()
        eventually(lambda: painted(workspace, OPS, "line 100"))
        _, kept = _stopped(workspace)
    assert kept.splitlines() == [f"line {at}" for at in range(1, 101)]


def test_a_terminal_s_long_lines_come_whole(workspace: Workspace, fresh_world: str, tmp_path: Path, run: Run) -> None:
    """Without the times of their parts, and also where they have no end."""
    long = f"head -c {3 * PART} /dev/zero | tr '\\0' x"
    run(f"{long}; echo; echo short; {long}; sleep 1000", tty=True)
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, "logs -f --public job")
        eventually(lambda: painted(workspace, OPS, "xxx"))
        workspace.slash(ADMIN, OPS, "stream ls --public")
        eventually(lambda: painted(workspace, OPS, "PERSON"))
        _, kept = _stopped(workspace)
    lines = kept.split("\n")
    assert lines[0].rstrip("\r") == "x" * 3 * PART
    assert lines[1].rstrip("\r") == "short"
    assert set(lines[2]) == {"x"}


def test_what_is_behind_says_so_and_what_is_missing_then(
    workspace: Workspace, fresh_world: str, tmp_path: Path, run: Run
) -> None:
    """A container that prints faster than anybody can read."""
    run("yes 10.1.4.21 GET /api/orders/4101 200 21ms")
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, "logs -f --public job")
        eventually(lambda: painted(workspace, OPS, " s behind."))
        told, _ = _stopped(workspace)
    assert re.search(r"It was \d+ s behind: what came after \S+ is not in it\.", told)


def test_one_that_cannot_be_read_ends_nothing_for_the_others(
    workspace: Workspace, fresh_world: str, tmp_path: Path, run: Run, api: APIClient
) -> None:
    """Each end is told by its name, as it comes."""
    labels = {f"com.docker.compose.{name}": value for name, value in {"project": "shop", "oneoff": "False"}.items()}
    for name, driver in (("web", "json-file"), ("db", "json-file"), ("mute", "none")):
        config = api.create_host_config(log_config={"Type": driver, "Config": {}})
        own = labels | {"com.docker.compose.service": name, "com.docker.compose.container-number": "1"}
        words = ["sh", "-c", "while true; do echo beat; sleep 1; done"]
        api.start(api.create_container("busybox:latest", words, name=f"{name}-x", labels=own, host_config=config))
    del run
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, "compose -p shop logs -f --public")
        shown = eventually(lambda: painted(workspace, OPS, "does not support reading"))
        assert "beat" in eventually(lambda: painted(workspace, OPS, "web-1 ")).plain()
        api.kill("db-x")
        assert eventually(lambda: painted(workspace, OPS, "db-1 ended with exit code 137.")).ts == shown.ts
        told, kept = _stopped(workspace)
    assert "does not support reading" in told
    assert "web-1 " in kept


def test_several_are_followed_together(workspace: Workspace, fresh_world: str, tmp_path: Path, run: Run) -> None:
    """Each line has its container's name; without -f that is refused."""
    run("echo from one; sleep 1000", "one")
    run("echo from other; sleep 1000", "other")
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, "logs --public --beside other one")
        eventually(lambda: painted(workspace, OPS, "say -f as well"))
        workspace.slash(ADMIN, OPS, "logs -f --public --beside other one")
        eventually(lambda: painted(workspace, OPS, "other  | from other"))
        eventually(lambda: painted(workspace, OPS, "one    | from one"))
        _, kept = _stopped(workspace, 2)
    assert sorted(kept.splitlines()) == ["one    | from one", "other  | from other"]


def test_no_message_says_that_it_runs_once_it_was_killed(
    workspace: Workspace, fresh_world: str, tmp_path: Path, run: Run
) -> None:
    """It has no buttons any more, either, and is not touched again."""
    run("while true; do echo beat; sleep 1; done")
    bot = BotProcess(tmp_path, fresh_world, by_socket(workspace))
    bot.start()
    workspace.slash(ADMIN, OPS, "logs -f --public job")
    shown = eventually(lambda: painted(workspace, OPS, "beat\nbeat"))  # by then it is written down that it is there
    bot.kill()
    for _ in range(2):
        with started(bot):
            told = eventually(lambda: painted(workspace, OPS, "slashdock ended while this was under way"))
            assert told.ts == shown.ts
            assert not list(told.elements())
            workspace.slash(ADMIN, OPS, "stream ls --public")
            eventually(lambda: painted(workspace, OPS, "PERSON"))
