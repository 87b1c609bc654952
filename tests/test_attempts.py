"""Verbs on several containers: side by side where docker does it, and what is told when an answer is lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import harness
import pytest
from bot_process import BotProcess, by_socket, started
from docker.api.client import APIClient
from eventually import LIMIT
from harness import Bench
from proxy import Proxy, answer

from bot import text
from bot.hosts import BESIDE, Host
from bot.request import ExitCode, Status
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS
from commands.attempts import AT_ONCE, each
from commands.target import Target

ROUNDS = 20
STUBBORN = ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]


@contextmanager
def _spoken(proxy: Proxy, folder: Path) -> Iterator[Bench]:
    """A pipeline whose engine is behind the proxy."""
    with proxy.serve(folder) as host:
        bench = harness.bench(host, folder / "data")
        yield bench
        bench.close()


def _asked(proxy: Proxy, verb: str) -> int:
    return sum(verb in request for request in proxy.requests)


@pytest.mark.parametrize(
    ("line", "verb"), [("stop -t 0 web crash worker", "/stop"), ("kill -s WINCH worker web worker", "/kill")]
)
def test_docker_s_parallel_verbs_ask_for_all_before_any_is_answered(
    tmp_path: Path, fresh_world: str, line: str, verb: str
) -> None:
    """No answer is given until all three requests are there; the names come back in the order of the line."""
    with _spoken(Proxy(fresh_world, hold=verb, together=3), tmp_path) as bench:
        outcome = bench.say(line)
    assert outcome.status is Status.DONE
    assert text.docker(outcome.reply).split() == line.split()[-3:]


def test_refusals_and_successes_stay_in_the_order_of_the_line(tmp_path: Path, fresh_world: str) -> None:
    """Who is answered first does not matter: the successes in their order, then the failures in theirs."""
    with _spoken(Proxy(fresh_world), tmp_path) as bench:
        reply = bench.say("kill -s WINCH web idle '' worker nothere web").reply
    told = text.docker(reply).splitlines()
    assert told[:3] == ["web", "worker", "web"]
    assert [word for line in told[3:] for word in ("idle:", "value is empty", "nothere:") if word in line] == [
        "idle:",
        "value is empty",
        "nothere:",
    ]


def test_a_lost_answer_takes_nothing_from_the_others(tmp_path: Path, api: APIClient, fresh_world: str) -> None:
    """The others are told as done; the lost one as perhaps done, with where to look and without Python's words."""
    lost = api.inspect_container("worker")["Id"]
    with _spoken(Proxy(fresh_world, lose=f"{lost}/stop", hold="/stop", together=3), tmp_path) as bench:
        outcome = bench.say("stop -t 0 web worker crash")
    assert (outcome.status, outcome.exit_code) == (Status.UNKNOWN, ExitCode.UNKNOWN)
    assert text.docker(outcome.reply) == (
        "web\ncrash\nNo answer about worker: it may have been done, or not. `docker ps -a` shows how it is now.\n"
    )


@pytest.mark.parametrize("line", ["start", "restart -t 0"])
def test_in_turn_nothing_more_is_asked_once_an_answer_is_lost(tmp_path: Path, fresh_world: str, line: str) -> None:
    """Docker starts and restarts one after the other; what was not tried is said by name."""
    verb = f"/{line.partition(' ')[0]}"
    proxy = Proxy(fresh_world, lose=verb)
    with _spoken(proxy, tmp_path) as bench:
        outcome = bench.say(f"{line} web nothere worker done")
    assert outcome.status is Status.UNKNOWN
    assert "No answer about web: it may have been done, or not. Not tried: nothere, worker, done. `docker ps -a`" in (
        text.docker(outcome.reply)
    )
    assert _asked(proxy, verb) == 1


def test_side_by_side_nothing_more_is_begun_once_an_answer_is_lost(
    tmp_path: Path, api: APIClient, fresh_world: str
) -> None:
    """Never more than so many at once; each of the rest is told as not tried."""
    worker = api.inspect_container("worker")["Id"]
    refs = [worker[:length] for length in range(12, 12 + 2 * AT_ONCE)]
    proxy = Proxy(fresh_world, lose="/kill")
    with _spoken(proxy, tmp_path) as bench:
        told = text.docker(bench.say(f"kill -s WINCH {' '.join(refs)}").reply)
    asked = _asked(proxy, "/kill")
    untried = told.partition("Not tried: ")[2].partition(".")[0].split(", ")
    assert 1 <= asked <= AT_ONCE
    assert len(untried) == len(refs) - asked
    assert set(untried) < set(refs)


def test_an_engine_that_is_not_there_leaves_nothing_unknown(tmp_path: Path) -> None:
    """Where there is no connection to ask by nothing was asked, and that is said once."""
    host = Host("gone", f"unix://{tmp_path}/gone.sock")
    reply = each([Target("container", ref) for ref in ("web", "worker")], lambda _: host.patient(), "docker ps -a")
    assert (reply.failed, reply.unknown) == (True, False)
    assert text.docker(reply).startswith("Cannot connect to the Docker daemon")
    assert text.docker(reply).endswith("\nNot tried: web, worker.\n")


def test_a_helper_that_cannot_connect_gives_its_part_back(tmp_path: Path) -> None:
    """The line's own thread, which has a connection, does that too, although there was nothing left for it before."""
    gone, own = Host("gone", f"unix://{tmp_path}/gone.sock"), threading.current_thread()
    helping, done = threading.Event(), threading.Event()

    def act(_target: Target) -> None:
        if threading.current_thread() is not own:
            helping.set()
            assert done.wait(LIMIT)
            gone.patient()
        assert helping.wait(LIMIT)
        done.set()

    reply = each([Target("container", ref) for ref in ("web", "worker")], act, "docker ps -a", gone.beside)
    gone.close()
    assert (text.docker(reply), reply.failed) == ("web\nworker\n", False)


def test_helpers_are_not_needed_for_a_line_that_has_a_connection(tmp_path: Path, fresh_world: str) -> None:
    """The socket is gone, and the connections that were made before are not."""
    with _spoken(Proxy(fresh_world), tmp_path) as bench:
        assert bench.say("kill -s WINCH web").status is Status.DONE
        (tmp_path / "proxy.sock").unlink()
        outcome = bench.say(f"kill -s WINCH {'web worker ' * AT_ONCE}")
    assert outcome.status is Status.DONE
    assert text.docker(outcome.reply) == "web\nworker\n" * AT_ONCE


def test_a_bug_takes_nothing_from_the_others(tmp_path: Path, fresh_world: str) -> None:
    """What was done is told; what ended by a bug may have been done. Here an engine says what none would."""
    odd = json.dumps({"Id": "0" * 64, "Name": "/worker", "Config": {"StopTimeout": "soon"}})
    proxy = Proxy(fresh_world, refuse="/containers/worker/json", answer=answer("200 OK", odd, "application/json"))
    with _spoken(proxy, tmp_path) as bench:
        outcome = bench.say("restart idle nothere worker web")
        assert outcome.number is not None
        action = bench.store.actions.get(outcome.number)
    assert outcome.status is Status.UNKNOWN
    assert text.docker(outcome.reply) == (
        "idle\nError response from daemon: No such container: nothere\n"
        "No answer about worker: it may have been done, or not. Not tried: web. `docker ps -a` shows how it is now.\n"
        f"Something went wrong inside slashdock, not at the engine. Please report it as number {outcome.number}.\n"
    )
    assert action is not None
    assert "worker" in action["error"]


def test_a_lost_commit_is_told_as_perhaps_made(tmp_path: Path, api: APIClient, fresh_world: str) -> None:
    """The image is there; the answer says that it may be, and where to look."""
    with _spoken(Proxy(fresh_world, lose="/commit"), tmp_path) as bench:
        outcome = bench.say("commit web web:snap")
    assert (outcome.status, outcome.exit_code) == (Status.UNKNOWN, ExitCode.UNKNOWN)
    assert text.docker(outcome.reply) == (
        "No answer about the commit of web: it may have been done, or not. `docker images` shows how it is now.\n"
    )
    assert api.inspect_image("web:snap")


def test_where_no_thread_is_free_a_line_goes_on_by_itself(inhabited: Bench) -> None:
    """The threads that share in lines are bounded for each engine; who finds none free needs none."""
    host = inhabited.pipeline.hosts.get("")
    assert host is not None
    free = threading.Event()
    assert all(host.beside(_waiting(free)) for _ in range(BESIDE))
    assert not host.beside(_waiting(free))
    assert inhabited.say("kill -s WINCH web worker web").status is Status.DONE
    free.set()


def _waiting(free: threading.Event) -> Callable[[], None]:
    def wait() -> None:
        free.wait()

    return wait


def test_connections_are_kept_and_not_added_to(fresh_world: str, tmp_path: Path) -> None:
    """However many lines are run side by side; when the hosts are closed not one is left."""
    bench = harness.bench(fresh_world, tmp_path / "data")
    before = _sockets()
    for _ in range(ROUNDS):
        assert bench.say(f"kill -s WINCH {'worker web ' * AT_ONCE}").status is Status.DONE
    assert len(_sockets() - before) <= BESIDE + 2  # one a thread; this one has a quick and a patient one
    bench.close()
    assert _sockets() <= before


def _sockets() -> set[str]:
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(link.readlink()))
        except FileNotFoundError:
            continue  # what listed the folder
    return {name for name in found if name.startswith("socket:")}


def test_a_bot_ends_whatever_its_threads_wait_for(api: APIClient, fresh_world: str, tmp_path: Path) -> None:
    """Two containers that do not stop hold two threads; a TERM ends the bot all the same."""
    for name in ("mule", "ox"):
        api.start(api.create_container("busybox:latest", STUBBORN, name=name)["Id"])
    proxy, workspace = Proxy(fresh_world), Workspace()
    with (
        proxy.serve(tmp_path) as host,
        workspace.serve(),
        started(BotProcess(tmp_path, host, by_socket(workspace))) as bot,
    ):
        workspace.slash(ADMIN, OPS, "stop -t 600 mule ox")
        workspace.wait_for(lambda: _asked(proxy, "/stop") == 2)
        assert bot.stop() == 0
    for name in ("mule", "ox"):
        api.kill(name)
