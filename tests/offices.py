"""Pipelines for three people: what dev, eve and sam may, with the rules of a test besides, all on one record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from harness import Bench, bench

from bot import text
from bot.clock import Clock
from bot.policy import Policy
from bot.request import Directory, Outcome
from commands import catalog

DEV = "U0DEV00001"
EVE = "U0EVE00001"
SAM = "U0SAM00001"
BASE = f"""
version = 1
[people]
dev = {{ slack = ["{DEV}"], roles = ["dev"] }}
eve = {{ slack = ["{EVE}"], roles = ["eye"] }}
sam = {{ slack = ["{SAM}"], roles = ["sre"] }}
[approvals.second]
from = ["sre"]
[[roles.dev.allow]]
verbs = ["see", "read", "act", "change", "enter"]
on = ["*"]
[[roles.sre.allow]]
verbs = ["see", "read"]
on = ["*"]
[[roles.eye.allow]]
verbs = ["see", "read"]
on = ["*"]
"""
ROOT = """
[[roles.dev.allow]]
verbs = ["root"]
on = ["*"]
approve = "second"
"""
Office = Callable[..., Bench]


@dataclass
class Offices:
    """Each one made closes the one before."""

    engine: str
    folder: Path
    open: list[Bench] = field(default_factory=list)

    def __call__(
        self, rules: str, base: str = BASE, clock: Clock | None = None, directory: Directory | None = None
    ) -> Bench:
        """A pipeline with these rules besides."""
        self.close()
        policy = Policy.parse(base + rules, "policy.toml", tuple(verb.spec for verb in catalog.load()))
        self.open.append(bench(self.engine, self.folder, policy, clock=clock, directory=directory))
        return self.open[-1]

    def close(self) -> None:
        """Close what is open."""
        while self.open:
            self.open.pop().close()


def told(outcome: Outcome) -> str:
    """All that is said."""
    return f"{text.docker(outcome.reply)}{text.added(outcome.reply)}{outcome.reply.error}"
