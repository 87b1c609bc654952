"""A pipeline whose clock is set by hand, and what runs by it: for tests of schedules."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from harness import Bench, Everyone, bench
from offices import BASE, DEV, told
from set_clock import SetClock

from bot.jobs import Job, planned
from bot.lapsing import Lapsing
from bot.lingering import Lingering
from bot.policy import Policy
from bot.request import Actor, Member, Origin, Outcome, Request, Status
from bot.schedules import Ended, Schedules
from bot.store import FILE
from commands import catalog
from commands.reply import Buttons, Moment

HOUR, DAY = 3600.0, 86_400.0
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()  # a Monday
OPS = "C0OPS00001"
CHANGES = """
[[roles.sre.allow]]
verbs = ["change", "act"]
on = ["*"]
"""


@dataclass
class Town(Everyone):
    """A directory in which some have a time zone, and some may do nothing."""

    zones: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Member] = field(default_factory=dict)

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:  # noqa: ARG002 - what a Directory is asked
        """Whoever it was told of, else an active member."""
        return self.refused.get(actor.id, Member(zone=self.zones.get(actor.id, "")))


@dataclass
class Night:
    """A pipeline whose clock is set by hand, and what runs by it."""

    bench: Bench
    clock: SetClock
    town: Town
    outcomes: list[Outcome] = field(default_factory=list)
    lapsed: list[str] = field(default_factory=list)

    def say(self, line: str, person: str = DEV, confirmed: str = "") -> Outcome:
        """A line of somebody's in the channel of all."""
        return self.bench.pipeline.submit(Request(line, Actor(person), Origin.SLASH, OPS, confirmed=confirmed))

    def schedules(self) -> Schedules:
        """What watches the clock."""
        store, pipeline = self.bench.store, self.bench.pipeline
        lasts = Lingering(store, pipeline.hosts).of
        return Schedules(lambda: planned(store.timetable), store, self.clock, self.run, lasts=lasts)

    def run(self, job: Job, request: Request, ended: Ended) -> None:
        """A run, as `slashdock start` has it done."""
        outcome = self.bench.pipeline.submit(request)
        ended(outcome)
        lapsing = Lapsing(self.bench.store, self.bench.pipeline.policy)
        self.lapsed.append(lapsing.of(job, outcome))
        self.outcomes.append(outcome)

    def passes(self, seconds: float, schedules: Schedules | None = None) -> list[Outcome]:
        """What runs at a look at the clock after so long."""
        before = len(self.outcomes)
        self.clock.at += seconds
        (schedules or self.schedules()).tick()
        return self.outcomes[before:]

    def add(self, line: str, person: str = DEV) -> int:
        """The number of a schedule that is kept."""
        outcome = self.say(f"schedule add --yes {line}", person)
        assert outcome.status is Status.DONE, told(outcome)
        assert outcome.number is not None
        return outcome.number

    def ruled(self, rules: str) -> None:
        """Another policy from now on."""
        policy = Policy.parse(BASE + rules, "policy.toml", tuple(verb.spec for verb in catalog.load()))
        self.bench = replace(self.bench, pipeline=replace(self.bench.pipeline, policy=policy))

    def file(self) -> sqlite3.Connection:
        """The database, as whoever can write the file alone has it."""
        return sqlite3.connect(self.bench.folder / FILE)


def begun(engine: str, folder: Path) -> Night:
    """Noon in June; what the rules of BASE say, and sre may change things."""
    clock, town = SetClock(NOON), Town()
    policy = Policy.parse(BASE + CHANGES, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    return Night(bench(engine, folder, policy, town, clock=clock), clock, town)


def moments(outcome: Outcome) -> list[str]:
    """The moments that are told, in UTC."""
    found = [part.at for part in outcome.reply.parts if isinstance(part, Moment)]
    return [f"{datetime.fromtimestamp(at, UTC):%m-%d %H:%M}" for at in found]


def button(outcome: Outcome) -> tuple[str, str, str]:
    """The label, the line and the digest of the first button."""
    found = next(part for part in outcome.reply.parts if isinstance(part, Buttons)).buttons[0]
    return found.label, found.line, found.confirms
