"""Pipelines for cleanups by a policy, all on one record, whose clock can be set; and what their answers say."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from docker.api.client import APIClient
from harness import ADMIN, PEER, Bench
from harness import bench as bench_on
from set_clock import SetClock

from bot import text
from bot.policy import Policy
from bot.request import Outcome, Status
from commands import catalog

DAY = 86_400.0  # seconds
RULES = f"""
version = 1
[people]
ada = {{ slack = ["{ADMIN}"], roles = ["all"] }}
ben = {{ slack = ["{PEER}"], roles = ["all"] }}
[approvals.second]
from = ["all"]
[[roles.all.allow]]
verbs = ["see", "read", "act", "change"]
on = ["*"]
[[require]]
verbs = ["cleanup on"]
on = ["*"]
approve = "second"
"""
UNUSED = "would be removed: nothing uses it, first seen "  # how the fate of an image begins that a run would take
EVERYTHING = "--what images,containers,networks,cache --most 1000 --most-percent 100 --age 1d"


@dataclass
class Cleaners:
    """Each one made closes the one before."""

    engine: str
    folder: Path
    clock: SetClock = field(default_factory=lambda: SetClock(time.time()))
    open: list[Bench] = field(default_factory=list)

    def __call__(self, rules: str = "", engine: str = "") -> Bench:
        """A pipeline with these rules besides, at this engine or at the usual one."""
        self.close()
        policy = Policy.parse(RULES + rules, "policy.toml", [verb.spec for verb in catalog.load()])
        self.open.append(bench_on(engine or self.engine, self.folder, policy, clock=self.clock))
        return self.open[-1]

    def later(self, spoken: Bench, name: str = "all", flags: str = EVERYTHING) -> Bench:
        """The same forty days after a policy was set and turned on and all that is there was first seen."""
        for line in (f"cleanup set {name} {flags}", f"cleanup on {name}", f"cleanup plan {name}"):
            said(spoken, line)
        self.clock.at += 40 * DAY
        return spoken

    def close(self) -> None:
        """Close the one that is open."""
        while self.open:
            self.open.pop().close()


def told(outcome: Outcome) -> str:
    """What is answered, in docker's words and in slashdock's own."""
    return text.docker(outcome.reply) + text.added(outcome.reply)


def said(spoken: Bench, line: str) -> str:
    """What is answered to a line that is done, once the other one agreed where it takes that."""
    outcome = spoken.say(line)
    if outcome.status is Status.HELD:
        outcome = agreed(spoken, outcome)
    assert outcome.status is Status.DONE, told(outcome)
    return told(outcome)


def agreed(spoken: Bench, held: Outcome, late: Callable[[], object] | None = None) -> Outcome:
    """What comes of a line that waits, once the other one agrees to it as it was shown.

    late comes once it was looked at again, before anything is done.
    """
    waiting = spoken.store.approvals.get(held.number or 0)
    assert waiting is not None
    vote = spoken.say(f"approval approve {waiting.number} --digest {waiting.digest}", PEER)
    assert vote.status is Status.DONE, told(vote)
    left = [late] if late else []
    pipeline = replace(spoken.pipeline, decided=lambda _number: left.pop()() if left else None)
    resumed = pipeline.resume(waiting.number)
    assert resumed is not None
    return resumed


def fate(answered: str, name: str) -> str:
    """What the table says of the object of this name."""
    rows = (re.split(r"\s{2,}", line) for line in answered.splitlines())
    (why,) = (row[-1] for row in rows if len(row) > 3 and row[2] == name)
    return why


def images(api: APIClient) -> set[str]:
    """The names of all images."""
    return {tag for each in api.images() for tag in each["RepoTags"] or () if "<none>" not in tag}


def boxed(api: APIClient, name: str) -> str:
    """The id of a new image of this name, which is no other's."""
    box = api.create_container("busybox:latest", ["true"])["Id"]
    identity = str(api.commit(box, *name.rsplit(":", 1), changes=[f"LABEL name={name}"])["Id"])
    api.remove_container(box)
    return identity
