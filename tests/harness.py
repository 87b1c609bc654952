"""A pipeline on a real engine and a real record, to be spoken to in a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.bounds import Rates
from bot.clock import Clock
from bot.hosts import Host, Hosts
from bot.pipeline import Pipeline
from bot.policy import Policy
from bot.request import Actor, Directory, Member, Origin, Outcome, Request, Status
from bot.store import Store
from commands import catalog
from commands.reply import Buttons

PROJECT = Path(__file__).parent.parent
KEY = b"a key for tests alone"
ADMIN = "U0ADMIN001"
OPERATOR = "U0OPERATOR"
VIEWER = "U0VIEWER01"
STRANGER = "U0STRANGER"
PEER = "U0PEER0001"
ROOT = f"""
version = 1
[people]
admin = {{ slack = ["{ADMIN}"], roles = ["admin"] }}
peer = {{ slack = ["{PEER}"], roles = ["peer"] }}
[approvals.second]
from = ["peer"]
[[roles.admin.allow]]
verbs = ["see", "read", "act", "change", "enter"]
on = ["*"]
[[roles.admin.allow]]
verbs = ["root"]
on = ["*"]
approve = "second"
[[roles.peer.allow]]
verbs = ["see"]
on = ["*"]
"""  # an administrator who may do all, what gives root with a second person
UNHURRIED = Rates(1e6, 1e6, 10**6, 1e6, 1e6, 10**6, 10**6)  # faster than any test asks


class Everyone:
    """A directory of people in good standing."""

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:  # noqa: ARG002 - what a Directory is asked
        """An active member of no group."""
        return Member()

    def by_clock(self, actor: Actor, channel: str = "") -> Member:
        """The same, as whoever is in every channel."""
        return self.member(actor, fresh=True, channel=channel)


@dataclass(frozen=True)
class Bench:
    """The pipeline under test and short ways to speak to it."""

    pipeline: Pipeline
    store: Store
    folder: Path

    def close(self) -> None:
        """Close the record and the connections."""
        self.pipeline.hosts.close()
        self.store.close()

    def say(self, line: str, person: str = ADMIN, origin: Origin = Origin.SLASH, **facts: str) -> Outcome:
        """One line through the whole pipeline."""
        return self.pipeline.submit(Request(line, Actor(person), origin, **facts))  # type: ignore[arg-type]


def insist(pipeline: Pipeline, line: str, given: Mapping[str, str] | None = None) -> Outcome:
    """A line of the administrator's, who says yes to what is asked; where that is to be, the peer of ROOT agrees."""
    request = Request(line, Actor(ADMIN), Origin.SLASH, given=given or {})
    outcome = pipeline.submit(request)
    if outcome.status is not Status.HELD:
        return outcome
    held = pipeline.store.approvals.get(outcome.number or 0)
    if held is not None:
        line = f"approval approve {held.number} --digest {held.digest}"
        pipeline.submit(Request(line, Actor(PEER), Origin.SLASH))
        return pipeline.resume(held.number) or outcome
    pressed = [each for part in outcome.reply.parts if isinstance(part, Buttons) for each in part.buttons]
    return pipeline.submit(replace(request, confirmed=pressed[0].confirms)) if pressed else outcome


def bench(  # noqa: PLR0913, PLR0917 - what may be another one in a test
    engine: str,
    folder: Path,
    policy: Policy | None = None,
    directory: Directory | None = None,
    rates: Rates = UNHURRIED,
    clock: Clock | None = None,
) -> Bench:
    """A pipeline on that engine whose record lies in the folder; by default for the four sample people."""
    verbs = catalog.load()
    clock = clock or Clock()
    rules = policy or Policy.sample(tuple(verb.spec for verb in verbs))
    store = Store(folder, clock, KEY, kept=lambda: rules.terms.kept)
    pipeline = Pipeline(
        catalog=verbs,
        policy=replace(rules, terms=replace(rules.terms, rates=rates)),
        store=store,
        hosts=Hosts([Host("local", engine)]),
        directory=directory or Everyone(),
        clock=clock,
        jobs=list,
    )
    return Bench(pipeline, store, folder)
