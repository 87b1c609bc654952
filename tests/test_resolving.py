"""What is in doubt is looked after until it is known: after an engine that hung, that was killed, and after a death."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import harness
import pytest
from bot_process import BotProcess, by_socket, started
from docker.api.client import APIClient
from engine import Engine
from eventually import eventually
from harness import KEY, Bench
from proxy import Proxy, answer
from recording import asked
from samples import busybox_image

from bot import reconcile, text
from bot.clock import Clock
from bot.emergency import NAME
from bot.hosts import Host, Hosts
from bot.request import Status
from bot.resolving import FOUND, Resolver
from bot.store import FILE, Store, Unwritable
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS, VIEWER
from commands.container.exec import PROCESS

HASTE = 1  # seconds after which an answer is given up here
PAUSE = 0.1  # seconds between two looks here


class Hasty(Host):
    """An engine that is not waited for."""

    def quick(self) -> APIClient:
        """A client for answers within a second."""
        return self._client(HASTE)

    patient = quick


class Freezing(Proxy):
    """A proxy that freezes the engine as soon as a change is asked for, and passes it on then."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.host)
        self._freeze = engine.pause

    def note(self, request: str) -> None:
        """Freeze it."""
        super().note(request)
        if not request.startswith(("GET ", "HEAD ")):
            self._freeze()


@dataclass
class Found:
    """A resolver, and what was told of each action."""

    bench: Bench
    told: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the resolver."""
        pipeline = self.bench.pipeline
        self.resolver = Resolver(self.bench.store, pipeline.hosts, pipeline.clock, self._hear, PAUSE)

    def _hear(self, number: int) -> None:
        """What is told is what the spool has."""
        action = self.bench.store.actions.get(number)
        reply = action and self.bench.store.record.kept(action)
        assert reply
        self.told.append((number, text.added(reply).removesuffix("\n")))

    def all(self) -> None:
        """Look until nothing is in doubt."""
        eventually(lambda: self.resolver.look() == 0)

    def status(self, number: int | None) -> str:
        """How it stands in the record."""
        action = self.bench.store.actions.get(number or 0)
        assert action is not None
        return str(action["status"])


@contextmanager
def spoken(proxy: Proxy, folder: Path) -> Iterator[Found]:
    """A pipeline that is in haste, on an engine behind the proxy."""
    with proxy.serve(folder) as address, in_haste(address, folder) as found:
        yield found


@contextmanager
def in_haste(engine: str, folder: Path) -> Iterator[Found]:
    """The same on the engine itself."""
    made = harness.bench(engine, folder / "data")
    hasty = Bench(replace(made.pipeline, hosts=Hosts([Hasty("local", engine)])), made.store, made.folder)
    yield Found(hasty)
    hasty.close()
    made.pipeline.hosts.close()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("stop -t 0 web", "container web is exited since "),
        ("rm -f worker", "container worker is gone."),
        ("create --name fresh busybox true", "container fresh is created."),
        ("rename web shop", "container web is called shop."),
    ],
)
def test_what_a_frozen_engine_did_once_it_went_on_is_found_and_told_once(
    own_engine: Engine, api: APIClient, tmp_path: Path, line: str, told: str
) -> None:
    """It took the request up when it was thawed, long after the answer was given up; nothing was asked for twice."""
    proxy = Freezing(own_engine)
    with spoken(proxy, tmp_path) as found:
        try:
            outcome = found.bench.say(line)
            frozen = found.resolver.look()
        finally:
            own_engine.resume()
        found.all()
        found.all()
        ended = found.status(outcome.number)
    for each in api.containers(all=True, filters={"name": "^/fresh$"}):
        api.remove_container(each["Id"])
    assert (outcome.status, frozen, ended) == (Status.UNKNOWN, 1, "done")
    ((number, said),) = found.told
    assert (number, said.startswith(f"{FOUND}: {told}")) == (outcome.number, True)
    assert len(proxy.changes()) == 1


def test_what_never_reached_the_engine_is_told_as_not_done(api: APIClient, fresh_world: str, tmp_path: Path) -> None:
    """After a second look, since it might have been on its way."""
    with spoken(Proxy(fresh_world, refuse="/stop"), tmp_path) as found:
        outcome = found.bench.say("stop -t 0 web")
        first = found.resolver.look()
        found.all()
        action = found.bench.store.actions.get(outcome.number or 0)
    assert api.inspect_container("web")["State"]["Running"]
    assert action is not None
    assert (outcome.status, first, action["status"]) == (Status.UNKNOWN, 1, "failed")
    assert action["error"].endswith(", as it was before.")
    assert [event["kind"] for event in action["events"]] == ["received", "judged", "intended", "outcome", "outcome"]


def test_what_was_found_is_kept_once_while_it_cannot_be_written_down(fresh_world: str, tmp_path: Path) -> None:
    """Looking again and again leaves the emergency file to others, and it is told once it stands in the record."""
    with spoken(Proxy(fresh_world, lose="/stop"), tmp_path) as found:
        outcome = found.bench.say("stop -t 0 web")
        with closing(sqlite3.connect(found.bench.folder / FILE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unwritable):
                eventually(lambda: found.resolver.look() == 0)
            again = found.resolver.look()
            other.execute("ROLLBACK")
        kept = (found.bench.folder / NAME).read_text().splitlines()
        found.bench.say("network ls")
        found.all()
        ended = found.status(outcome.number)
    assert (again, len(kept), ended, len(found.told)) == (1, 1, "done", 1)


def test_of_several_each_is_told(fresh_world: str, api: APIClient, tmp_path: Path) -> None:
    """One was stopped, the other's request was lost on its way: that comes first, and it counts as failed."""
    web = api.inspect_container("web")["Id"]
    with spoken(Proxy(fresh_world, refuse=f"{web}/stop"), tmp_path) as found:
        found.bench.say("stop -t 0 web worker")
        found.all()
    ((_, said),) = found.told
    assert said.startswith(f"{FOUND}: container web is running since ")
    state = api.inspect_container("worker")["State"]["Status"]  # it may not have been asked any more
    assert f"; container worker is {state} since " in said


@dataclass(frozen=True)
class Dead:
    """The record of a bot that died after the intent, and an engine that did what it was asked for."""

    folder: Path
    web: str

    def leave(self, line: str, noted: dict[str, str], **was: str) -> int:
        """Its only action, which is about the container web; its number."""
        store = Store(self.folder, Clock(), KEY)
        number = store.record.receive(asked(line), line).number
        facts = {"line": line, "verb": "", "person": "ada", "permission": "act", "reason": "", "host": "local"}
        store.record.intend(number, targets=[{"kind": "container", "id": self.web, "name": "web", "was": was}], **facts)
        if noted:
            store.record.note(number, noted)
        store.close()
        return number

    def next(self, engine: str) -> tuple[list[tuple[int, str]], dict[str, object]]:
        """What the next one tells, and what the record says then."""
        made = harness.bench(engine, self.folder)
        (left,) = reconcile.settle(made.store)
        found = Found(made)
        found.all()
        action = made.store.actions.get(left["number"]) or {}
        after = Found(made)  # another start, to which nothing is in doubt any more
        assert (after.resolver.look(), after.told) == (0, [])
        made.close()
        return found.told, action


def test_a_process_is_found_by_the_id_that_was_noted(api: APIClient, fresh_world: str, tmp_path: Path) -> None:
    """With its exit code, by the bot that comes after."""
    web = api.inspect_container("web")["Id"]
    process = api.exec_create(web, ["sh", "-c", "exit 3"])["Id"]
    api.exec_start(process)
    number = Dead(tmp_path, web).leave("exec web sh -c 'exit 3'", {PROCESS: process})
    told, action = Dead(tmp_path, web).next(fresh_world)
    assert told == [(number, f"{FOUND}: container web ran sh, which ended with exit code 3.")]
    assert (action["status"], action["exit_code"]) == ("done", 3)


@pytest.mark.parametrize(("happened", "status"), [(True, "done"), (False, "failed")])
def test_a_restart_is_found_by_its_times(
    api: APIClient, fresh_world: str, tmp_path: Path, *, happened: bool, status: str
) -> None:
    """They are other ones than those that the intent says, or they are not."""
    web = api.inspect_container("web")
    times = {name: web["State"][name] for name in ("StartedAt", "FinishedAt")}
    number = Dead(tmp_path, web["Id"]).leave("restart -t 0 web", {}, **times)
    if happened:
        api.restart(web["Id"], timeout=0)
    told, action = Dead(tmp_path, web["Id"]).next(fresh_world)
    assert [each for each, _ in told] == [number]
    assert told[0][1].startswith(f"{FOUND}: container web is running since ")
    assert action["status"] == status


def test_an_exec_that_was_never_asked_for_is_told_as_not_done(fresh_world: str, tmp_path: Path) -> None:
    """Its id is written down before it is started: where there is none, nothing was."""
    with spoken(Proxy(fresh_world, lose="/exec"), tmp_path) as found:
        outcome = found.bench.say("exec web true")
        found.all()
        ended = found.status(outcome.number)
    assert (outcome.status, ended) == (Status.UNKNOWN, "failed")
    assert found.told[0][1] == f"{FOUND}: container web was not asked to run true."


def test_the_id_of_a_process_is_in_the_record_before_it_is_started(fresh_world: str, tmp_path: Path) -> None:
    """As an event of its own, in the chain like all others."""
    with spoken(Proxy(fresh_world), tmp_path) as found:
        outcome = found.bench.say("exec web true")
        action = found.bench.store.actions.get(outcome.number or 0)
        broken = found.bench.store.actions.verify()
    assert action is not None
    assert [event["kind"] for event in action["events"]] == ["received", "judged", "intended", "noted", "outcome"]
    assert len(action["events"][3][PROCESS]) == 64
    assert broken is None


class Odd(Proxy):
    """A proxy that tells nonsense of an image once a change was asked for."""

    def note(self, request: str) -> None:
        """Tell it from then on."""
        super().note(request)
        if self.changes():
            self.misbehave(replace="/images/", answer=answer("200 OK", "[]", "application/json"))


def test_what_an_engine_tells_oddly_keeps_no_outcome_back(fresh_world: str, tmp_path: Path) -> None:
    """Nor what is looked after: the image is left out, and it was tagged all the same."""
    proxy = Odd(fresh_world)
    with spoken(proxy, tmp_path) as found:
        said = found.bench.say("tag busybox odd:1")
        action = found.bench.store.actions.get(said.number or 0)
        assert action is not None
        assert (said.status, found.status(said.number)) == (Status.DONE, "done"), text.added(said.reply)
        assert proxy.requests[-1].endswith("/images/odd:1/json")
        assert "objects" not in action["events"][-1]
        assert found.resolver.look() == 0


class Unlinking(Proxy):
    """A proxy that removes a record once a process is asked for."""

    def __init__(self, engine: str, folder: Path) -> None:
        super().__init__(engine)
        self._folder = folder

    def note(self, request: str) -> None:
        """Remove it."""
        super().note(request)
        if "/exec" in request:
            for path in self._folder.glob("slashdock.db*"):
                path.unlink(missing_ok=True)


def test_what_cannot_be_noted_is_not_started(fresh_world: str, tmp_path: Path) -> None:
    """The process is made by then, and nothing runs."""
    proxy = Unlinking(fresh_world, tmp_path / "data")
    with spoken(proxy, tmp_path) as found:
        told = text.docker(found.bench.say("exec web true").reply)
    assert told.startswith("What it runs could not be written down, so nothing was done: ")
    assert [each.endswith("/exec") for each in proxy.changes()] == [True]


def test_whoever_asked_in_slack_hears_what_was_found(fresh_world: str, tmp_path: Path) -> None:
    """In the place where they asked, by the running bot, after the answer that said that nobody knows."""
    workspace = Workspace()
    with (
        Proxy(fresh_world, lose="/stop").serve(tmp_path) as address,
        workspace.serve(),
        started(BotProcess(tmp_path, address, by_socket(workspace))),
    ):
        workspace.slash(ADMIN, OPS, "stop -t 0 web").wait()
        workspace.wait_for_message(OPS, "No answer about web: it may have been done, or not.", viewer=ADMIN)
        told = workspace.wait_for_message(OPS, f"{FOUND}: container web is exited since", viewer=VIEWER)
    assert "container stop --timeout=0 web" in told.plain()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Engine]:
    """An engine of this test's own, with a container that runs."""
    with Engine(tmp_path / "engine") as engine:
        busybox_image(engine.host)
        client = APIClient(engine.host, version="1.41")
        client.start(client.create_container("busybox", ["sleep", "1000"], name="web")["Id"])
        client.close()
        yield engine


def test_what_an_engine_did_when_it_was_killed_is_never_told_as_success(mortal: Engine, tmp_path: Path) -> None:
    """A process whose engine died: how it ended is not known, then or later. A log is told as cut off."""
    with in_haste(mortal.host, tmp_path) as found:
        killed = threading.Thread(target=lambda: (_running(mortal), os.kill(mortal.pid, signal.SIGKILL)))
        killed.start()
        outcome = found.bench.say("exec web sh -c 'touch /begun; sleep 1000'")
        killed.join()
        mortal.stop()
        for line in ("logs web", "events", "ps"):
            assert found.bench.say(line).status is Status.FAILED
        mortal.start()
        found.all()
        ended = found.status(outcome.number)
    assert outcome.status is Status.UNKNOWN
    assert "is not known: the engine stopped answering" in text.docker(outcome.reply)
    assert ended == "unknown"
    assert found.told[0][1].endswith("knows nothing of sh any more: its exit code is not known.")


def _running(engine: Engine) -> None:
    """Wait until the process of an exec runs."""
    client = APIClient(engine.host, version="1.41")
    eventually(lambda: client.top("web")["Processes"][1:])
    client.close()
