"""Very many schedules that are due at the same moment: all are run, and none is late."""

from __future__ import annotations

import queue
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import harness
from harness import Bench
from nights import OPS
from stored_engine import StoredEngine

from bench.figures import AtMost, Figure, Scale, Values
from bot.clock import Clock
from bot.desk import Desk
from bot.hosts import Host, Hosts
from bot.jobs import Job, planned
from bot.policy import Policy
from bot.request import Actor, Origin, Outcome, Request, Status
from bot.schedules import Ended, Schedules
from bot.wiring import SWITCH
from commands import catalog

PART = "clock"
EACH = 10  # schedules of a person
HOSTS = 4
LIMIT = 300.0  # seconds
HOUR = 3_600
AHEAD = 1.0  # seconds before their moment at which the clock is put
WHY = (
    "one thread begins them, in two commits each: it needs a processor for 2 ms a run, and shares the interpreter with"
    " the workers of those that have begun, which need it for 3 ms a line. Proving less at each look at the timetable"
    " changed little, and several threads would share the same interpreter"
)
RULES = """
version = 1
[people]
{people}
[[roles.all.allow]]
verbs = ["see"]
on = ["*"]
"""


@dataclass
class Shifted(Clock):
    """The machine's clock, put forward by so many seconds."""

    by: float = 0.0

    def now(self) -> float:
        """Seconds since the epoch, and those."""
        return time.time() + self.by


def figures(folder: Path, scale: Scale) -> Iterator[Figure]:
    """How late each run begins and ends, and how many are missed; the engine is one of stored answers."""
    clock, many = Shifted(), scale.of(1_000, 200)
    with StoredEngine({"/containers/json": b"[]"}) as stored:
        spoken = _spoken(folder, stored.address, clock, many)
        due = clock.now() // HOUR * HOUR + 2 * HOUR
        for at in range(many):
            _add(spoken, at, due)
        switch = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH)
        began, ended, statuses = _run(spoken, clock, due, many)
        sys.setswitchinterval(switch)
        spoken.close()
    way = f"{EACH} of each person's, {HOSTS} hosts, `ps` of an engine that answers at once"
    missed = many - statuses.count(Status.DONE)
    yield Figure(PART, "schedules missed", "", Values([missed]), bounds=(AtMost(0, ""),), way=way, size=many)
    bounds = (AtMost(2_000, "ms", of="p99"),)
    yield Figure(PART, "from the moment to its beginning, by schedules", "ms", began, {}, bounds, way, many, WHY)
    yield Figure(PART, "from the moment to its end, by schedules", "ms", ended, way=way, size=many)


def _spoken(folder: Path, address: str, clock: Clock, many: int) -> Bench:
    people = "\n".join(f'p{at} = {{ slack = ["{_person(at)}"], roles = ["all"] }}' for at in range(many // EACH))
    policy = Policy.parse(RULES.format(people=people), "policy.toml", tuple(verb.spec for verb in catalog.load()))
    spoken = harness.bench(address, folder, policy, clock=clock)
    hosts = Hosts([Host(f"host-{at}", address) for at in range(HOSTS)])
    return replace(spoken, pipeline=replace(spoken.pipeline, hosts=hosts))


def _person(at: int) -> str:
    return f"U{at:08}"


def _add(spoken: Bench, at: int, due: float) -> None:
    minute = time.strftime("%M %H", time.gmtime(due))
    line = f"-H host-{at % HOSTS} schedule add --yes '{minute} * * *' ps"
    outcome = spoken.pipeline.submit(Request(line, Actor(_person(at // EACH)), Origin.SLASH, OPS))
    if outcome.status is not Status.DONE:
        raise RuntimeError(outcome.reply)


def _run(spoken: Bench, clock: Shifted, due: float, many: int) -> tuple[Values, Values, list[Status]]:
    """Milliseconds from their moment until each was begun, and until it ended, with what came of it."""
    store, desk = spoken.store, Desk(spoken.pipeline, spoken.store)
    began: list[float] = []
    over: queue.SimpleQueue[tuple[float, Outcome]] = queue.SimpleQueue()

    def submit(_job: Job, request: Request, ended: Ended) -> None:
        def told(outcome: Outcome) -> None:
            ended(outcome)
            over.put((clock.now(), outcome))

        refused = desk.take(request, told)
        began.append(clock.now())
        if refused is not None:
            told(refused)

    schedules = Schedules(lambda: planned(store.timetable), store, clock, submit)
    clock.by += due - AHEAD - clock.now()
    schedules.start()
    ends = [over.get(timeout=LIMIT) for _ in range(many)]
    schedules.close()
    desk.close()
    since = lambda times: Values([(at - due) * 1_000 for at in times])  # noqa: E731 - of two lists
    return since(began), since(at for at, _ in ends), [outcome.status for _, outcome in ends]
