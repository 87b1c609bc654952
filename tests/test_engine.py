"""The engine that set-up starts: it ends with its owner, leaves nothing behind, and has samples to look at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import debian
import pytest
import samples
from engine import SOCKET_PATH_LIMIT, Engine, EngineError, end, is_used
from engine_api import EngineRefusedError, answers, request
from eventually import eventually, running

SCRIPTS = Path(samples.__file__).parent
OWNER = """
import sys, pathlib
from engine import Engine
from samples import busybox_image
from engine_api import request
engine = Engine(pathlib.Path(sys.argv[1]))
busybox_image(engine.start())
sleeper = {"Image": "busybox", "Cmd": ["sleep", sys.argv[2]], "StopSignal": "SIGKILL"}
request(engine.host, "POST", "/containers/create", query={"name": "sleeper"}, body=sleeper)
request(engine.host, "POST", "/containers/sleeper/start")
print("up", flush=True)
sys.stdin.read()
"""
NAP = str(7_000_000 + os.getpid())  # seconds that a container sleeps; tests of other processes run beside us


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that owns an engine in which a container sleeps."""
    command = [sys.executable, "-c", OWNER, str(tmp_path / "own"), NAP]
    with subprocess.Popen(command, cwd=SCRIPTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        yield process
        process.kill()


def _sleepers() -> list[str]:
    return [command for command in running(f"sleep {NAP}") if command.startswith("sleep")]


def test_an_engine_and_its_containers_end_with_an_owner_that_is_killed(
    owner: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Nothing can be done by an owner that gets SIGKILL, and still nothing stays."""
    eventually(_sleepers)  # runc becomes it a moment after the start
    owner.kill()
    eventually(lambda: not running(str(tmp_path / "own")) and not _sleepers())
    assert str(tmp_path) not in Path("/proc/mounts").read_text()


def test_whoever_cleans_up_ends_an_engine_of_another_process(owner: subprocess.Popen[str], tmp_path: Path) -> None:
    """After end() the folder's engine is gone, although its owner still lives."""
    end(tmp_path / "own")
    assert not running("engine_process.py " + str(tmp_path / "own"))
    assert not _sleepers()
    assert owner.poll() is None


def test_a_folder_too_deep_for_a_socket_has_an_engine_all_the_same(tmp_path: Path) -> None:
    """The socket then lies in /run, and a link in the folder leads to it."""
    deep = tmp_path / ("d" * SOCKET_PATH_LIMIT)
    with Engine(deep) as engine:
        assert answers(engine.host)
        assert (deep / "docker.sock").resolve() == engine.socket
    end(deep)
    assert not engine.socket.parent.exists()


def test_a_stopped_engine_starts_again_with_what_it_had(tmp_path: Path) -> None:
    """Images and containers outlive the engine; `make run` counts on it."""
    engine = Engine(tmp_path / "own")
    with engine:
        samples.samples(engine.host)
    with engine:
        assert _sample_names(engine.host) == {"web", "chatty", "crasher"}


def test_an_engine_comes_after_the_one_before_it(tmp_path: Path) -> None:
    """It waits for the folder, and what ends late takes nothing of it away."""
    first, second = Engine(tmp_path / "engine"), Engine(tmp_path / "engine")
    assert not is_used(tmp_path / "engine")
    first.start()
    assert is_used(tmp_path / "engine")
    second.launch()
    first.stop()
    try:
        assert answers(second.wait())
        assert int((tmp_path / "engine/pid").read_text()) in {second.pid, *_parents(second.pid)}
    finally:
        second.stop()
    assert not is_used(tmp_path / "engine")
    assert not (tmp_path / "engine/pid").exists()


def _parents(pid: int) -> Iterator[int]:
    while pid > 1:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        yield pid


def test_an_engine_that_cannot_start_says_why(tmp_path: Path) -> None:
    """The end of the engine's log stands in the error."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own/data").write_text("in the way")
    with pytest.raises(EngineError, match=r"did not start:(?s:.*)own/data"):
        Engine(tmp_path / "own").start()
    assert not running(str(tmp_path / "own"))


def test_a_frozen_engine_takes_connections_and_answers_nothing(tmp_path: Path) -> None:
    """What pause() and resume() are for: an engine that hangs."""
    with Engine(tmp_path / "own") as engine:
        engine.pause()
        assert not answers(engine.host)
        engine.resume()
        assert answers(engine.host)


def test_the_samples_show_a_server_a_chatty_one_and_one_that_crashed(tmp_path: Path) -> None:
    """Made twice they are still three, each with the label, and the crash left its exit code and its reason."""
    with Engine(tmp_path / "own") as engine:
        samples.samples(engine.host)
        samples.samples(engine.host)
        assert _sample_names(engine.host) == {"web", "chatty", "crasher"}
        eventually(lambda: _state(engine.host, "crasher")["Status"] == "exited")
        assert _state(engine.host, "crasher")["ExitCode"] == 3
        assert _state(engine.host, "web")["Health"]["Status"] in {"starting", "healthy"}
        assert "FATAL" in request(engine.host, "GET", "/containers/crasher/logs", query={"stderr": "1"})


def test_an_error_of_the_engine_is_told_in_its_own_words(engine: str) -> None:
    """What set-up prints when the engine refuses can be searched for."""
    with pytest.raises(EngineRefusedError, match="No such container: nothere"):
        request(engine, "GET", "/containers/nothere/json")


def test_no_service_starts_while_packages_are_installed_and_the_policy_is_put_back(tmp_path: Path) -> None:
    """Whatever policy-rc.d was there before is there again, after a failure as well."""
    policy, kept = tmp_path / "policy-rc.d", tmp_path / "kept"
    policy.write_text("#!/bin/sh\nexit 0\n")
    policy.chmod(0o750)

    def fail() -> None:
        with debian.no_services(policy, kept):
            assert subprocess.run([policy], check=False).returncode == 101
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert policy.stat().st_mode & 0o777 == 0o750
    assert not kept.exists()


def test_a_policy_that_a_killed_installation_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    """Where there was no policy before, there is none afterwards."""
    policy, kept = tmp_path / "policy-rc.d", tmp_path / "kept"
    policy.write_text(debian.OUR_POLICY)
    with debian.no_services(policy, kept):
        assert policy.exists()
    assert not policy.exists()
    assert not kept.exists()


def _sample_names(host: str) -> set[str]:
    filters = json.dumps({"label": [f"{samples.LABEL}=true"]})
    listed = json.loads(request(host, "GET", "/containers/json", query={"all": "1", "filters": filters}))
    return {name.removeprefix("/") for container in listed for name in container["Names"]}


def _state(host: str, name: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(request(host, "GET", f"/containers/{name}/json"))["State"]
    return state
