"""What is under way when slashdock ends: whoever asked hears what becomes of it, and what was not begun is not."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import pytest
from docker.api.client import APIClient
from eventually import eventually
from harness import Bench
from offices import DEV, SAM, Office
from set_clock import SetClock

from bot import leaving, text
from bot.desk import Desk
from bot.owed import SETTLED
from bot.request import Actor, Origin, Outcome, Request, Status
from bot.workers import Pool
from bot.workspace.people import OPS

RULES = '[[require]]\nverbs = ["act"]\napprove = "second"\n'
STEP = "sleep 61"


@pytest.fixture
def made(office: Office, api: APIClient) -> Iterator[Bench]:
    """The three people, who need consent to stop something; what hangs at the engine ends with the test."""
    before = set(threading.enumerate())
    yield office(RULES)
    for each in api.containers():
        if each["Names"] in (["/web"], ["/worker"]) or STEP in each["Command"]:
            api.kill(each["Id"])
    for thread in set(threading.enumerate()) - before:
        thread.join(30)


def _asked(line: str, **given: str) -> Request:
    return Request(line, Actor(DEV), Origin.SLASH, OPS, given=given)


def test_whoever_asked_for_what_is_under_way_hears_what_becomes_of_it(made: Bench, api: APIClient) -> None:
    """An engine goes on with what it was asked, also after consent; with a build it does not; what looks is lost.

    What no worker has taken up is not begun any more, and what was agreed to waits for the next start.
    """
    desk, heard = Desk(made.pipeline, made.store), queue.SimpleQueue[Outcome | None]()
    desk._pools = {"local": Pool("local", threads=3, backlog=9)}
    for line in ("stop -t 60 web", "restart -t 0 worker"):
        number = made.say(line, DEV, channel=OPS).number
        held = made.store.approvals.get(number or 0)
        assert held is not None
        made.say(f"approval approve {number} --digest {held.digest}", SAM)
    agreed = [each for number in (1, 3) if (each := made.store.approvals.get(number))]
    assert desk.resume(agreed[0], heard.put)
    desk.take(_asked("build -t going:1 -", dockerfile=f"FROM busybox\nRUN {STEP}\n"), heard.put)
    desk.take(_asked("wait worker"), heard.put)
    running = {"status": ("running",)}
    eventually(lambda: len(made.store.actions.listed(running, 9)) == 3)
    eventually(lambda: any(STEP in each["Command"] for each in api.containers()))
    desk.take(_asked("network ls"), heard.put)
    assert desk.resume(agreed[1], heard.put)
    desk.close(limit=0)
    texts: dict[int | None, str] = {}
    while not heard.empty():
        outcome = heard.get()
        assert outcome is not None
        texts[outcome.number] = text.added(outcome.reply).strip()
    assert texts == {
        1: leaving.GOES_ON.format(1),
        5: leaving.ENDS.format(5),
        6: leaving.IS_LOST.format(6),
        7: leaving.NOT_BEGUN,
    }
    action, later = made.store.actions.get(7), made.store.approvals.get(3)
    assert action is not None
    assert later is not None
    assert (action["status"], later.state) == (Status.FAILED, "approved")


def test_what_runs_keeps_no_other_answer_from_being_shown(office: Office) -> None:
    """That it waits was not shown when it was agreed to: it is out of date, and the next answer is due."""
    clock = SetClock(1_780_000_000.0)
    made = office(RULES, clock=clock)
    held = made.store.approvals.get(made.say("restart -t 0 web", DEV, channel=OPS).number or 0)
    assert held is not None
    made.say("network ls", DEV, channel=OPS)
    made.say(f"approval approve {held.number} --digest {held.digest}", SAM)
    facts = {"verb": "container restart", "line": held.line, "person": "dev", "permission": "act", "reason": ""}
    made.store.record.intend(held.number, **facts, host="local", targets=[], resumed=True)
    clock.at += SETTLED + 1
    assert [late.outcome.number for late in Desk(made.pipeline, made.store).unsent({})] == [2]
