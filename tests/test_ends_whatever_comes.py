"""Whatever goes wrong in the midst of a line, it ends, whoever asked hears of it, and what waits is begun later."""

from __future__ import annotations

import queue
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from docker.api.client import APIClient
from harness import ADMIN, Bench
from offices import DEV, SAM, Office, told
from test_approval_interleavings import Blank

from bot.clerk import Clerk
from bot.clock import Clock
from bot.desk import Desk
from bot.held import Held
from bot.request import Actor, Member, Origin, Outcome, Request, Status
from bot.store import FILE, Unwritable
from commands.allowances import Allowances

BUILDS = '[[require]]\nverbs = ["build"]\napprove = "second"\n'
ACTS = '[[require]]\nverbs = ["act"]\napprove = "second"\n'
REASONED = '[approvals.told]\nfrom = ["sre"]\nreason = true\n[[require]]\nverbs = ["act"]\napprove = "told"\n'


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """While another program keeps the record for itself."""
    other = sqlite3.connect(folder / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def lock_during(owner: Any, name: str, folder: Path) -> None:
    """Let another program keep the record whenever this method is called."""
    real: Callable[..., Any] = getattr(owner, name)

    def called(*words: Any, **more: Any) -> Any:
        with locked(folder):
            return real(*words, **more)

    setattr(owner, name, called)


def held(bench: Bench, line: str) -> Held:
    """What dev asks for in a channel, and waits."""
    asked = bench.store.approvals.get(bench.say(line, DEV, channel="C0OPS00001").number or 0)
    assert asked is not None
    return asked


def agreed(bench: Bench, asked: Held) -> Outcome:
    """What sam hears who agrees."""
    return bench.say(f"approval approve {asked.number} --digest {asked.digest}", SAM)


def statuses(bench: Bench) -> dict[int, str]:
    """How every action stands, by its number."""
    return {row["number"]: row["status"] for row in bench.store.actions.listed({}, 99)}


def test_a_file_that_cannot_be_opened_is_told_in_dockers_words(office: Office, tmp_path: Path) -> None:
    """By whoever asks, and by whoever had asked before and was agreed with."""
    bench = office(BUILDS)
    (tmp_path / "Dockerfile").write_text("FROM busybox\n")
    desk = Desk(replace(bench.pipeline, allowances=Allowances(files=(tmp_path,))), bench.store)
    heard: queue.Queue[Outcome | None] = queue.Queue()
    request = Request(f"build -t odd:1 {tmp_path}", Actor(DEV), Origin.SLASH, "C0OPS00001")
    desk.take(request, heard.put)
    waits = heard.get(timeout=10)
    assert waits is not None
    asked = bench.store.approvals.get(waits.number or 0)
    assert asked is not None
    agreed(bench, asked)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / ".dockerignore"))
        desk.take(request, heard.put)
        fresh = heard.get(timeout=10)
        desk.resume(asked, heard.put)
        begun = heard.get(timeout=10)
    desk.close()
    for outcome in (fresh, begun):
        assert outcome is not None
        assert outcome.status is Status.FAILED
        assert f"open {tmp_path}/.dockerignore: no such device or address" in told(outcome)
    assert set(statuses(bench).values()) == {"failed", "done"}


@dataclass
class Fails:
    """A directory with a bug that shows when a role of somebody who agreed is asked about."""

    person: str

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:
        """Fail for one of them."""
        if actor.id == self.person:
            raise KeyError(actor, fresh, channel)
        return Member()


def test_a_bug_in_what_was_agreed_to_is_answered_and_recorded(office: Office) -> None:
    """It does not stay approved, with nobody who hears of it."""
    bench = office(ACTS)
    asked = held(bench, "restart -t 0 web")
    agreed(bench, asked)
    outcome = replace(bench.pipeline, directory=Fails(SAM)).resume(asked.number)
    assert outcome is not None
    assert (outcome.status, f"report it as number {asked.number}" in told(outcome)) == (Status.FAILED, True)
    assert statuses(bench)[asked.number] == "failed"


def test_a_bug_behind_the_deed_is_answered_and_recorded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was changed counts as unknown; what only looked has failed."""
    bench = office("")
    monkeypatch.setattr("bot.execution.Execution._discreet", lambda *_: 1 / 0)
    ends = [bench.say(line, DEV) for line in ("network ls", "restart -t 0 web")]
    assert [each.status for each in ends] == [Status.FAILED, Status.UNKNOWN]
    assert statuses(bench) == {1: "failed", 2: "unknown"}
    assert all(f"report it as number {each.number}" in told(each) for each in ends)


def test_a_reason_that_is_no_text_is_written_out(office: Office) -> None:
    """Slack's JSON can hold half a character, which neither the record nor a digest takes."""
    bench = office(REASONED)
    request = Request("restart web", Actor(DEV), Origin.SLASH, given={"reason": "be\ud800cause"})
    outcome = bench.pipeline.submit(request)
    asked = bench.store.approvals.get(outcome.number or 0)
    assert asked is not None
    assert (outcome.status, asked.reason) == (Status.HELD, r"be\ud800cause")


def test_what_could_not_be_held_ends(office: Office) -> None:
    """It stays received no longer than the record cannot be written, so that it keeps nothing from being archived."""
    bench = office(ACTS)
    lock_during(bench.store.record, "hold", bench.folder)
    said = bench.say("restart -t 0 web", DEV, channel="C0OPS00001")
    assert (said.status, "Nothing was done" in told(said)) == (Status.FAILED, True)
    bench.say("network ls", DEV)
    assert statuses(bench) == {1: "failed", 2: "done"}


@pytest.mark.parametrize(("owner", "name"), [("approvals", "vote"), ("grants", "revoke")])
def test_a_locked_record_is_told_as_such_in_the_midst_of_a_line(office: Office, owner: str, name: str) -> None:
    """And not as a bug of slashdock's."""
    bench = office(ACTS + REVOKING)
    asked = held(bench, "restart -t 0 web")
    bench.store.grants.give(asked.number, "sam", "oncall", 600)
    lock_during(getattr(bench.store, owner), name, bench.folder)
    said = agreed(bench, asked) if name == "vote" else bench.say(f"role revoke {asked.number}", SAM)
    assert "another program has kept" in told(said)


REVOKING = """
[roles.oncall]
elevate = "second"
"""


def test_what_was_agreed_to_is_begun_once_the_record_is_not_locked_any_more(office: Office) -> None:
    """Nobody is told meanwhile that nothing was done."""
    bench = office(ACTS)
    asked = held(bench, "restart -t 0 web")
    agreed(bench, asked)
    desk, heard = Desk(bench.pipeline, bench.store), queue.Queue[Outcome | None]()
    approvals = bench.store.approvals
    clerk = Clerk(approvals, bench.pipeline.policy, Clock(), Blank(), lambda each: desk.resume(each, heard.put))
    with locked(bench.folder):
        with suppress(Unwritable):
            clerk.look()
        assert heard.get(timeout=10) is None
    clerk.look()
    done = heard.get(timeout=10)
    desk.close()
    assert done is not None
    assert done.status is Status.DONE


def test_a_build_during_which_the_record_is_locked_is_not_told_as_failed(inhabited: Bench, api: APIClient) -> None:
    """The engine may have ended it by itself, so the resolver looks for what became of it."""
    lock_during(inhabited.store.makers, "claim", inhabited.folder)
    given = {"dockerfile": "FROM busybox\nRUN true\n"}
    outcome = inhabited.pipeline.submit(Request("build -t locked:1 -", Actor(ADMIN), Origin.SLASH, given=given))
    assert "Who made it could not be written down" in told(outcome)
    assert outcome.status is Status.UNKNOWN
    assert api.containers(all=True)
