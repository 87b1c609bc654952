"""A schedule whose person may no longer do what it runs, or that can be run no more, is paused, and that is told."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.holding import WAITING
from bot.jobs import Job
from bot.policy import Rules
from bot.request import Outcome, Status
from bot.store import Store, Unwritable
from bot.timetable import Altered, State

_PAUSED = (
    "Schedule {name} ({line}) is paused, for {wrong}: {why} Once that is settled,"
    " `schedule resume {name}` has it run again; `schedule rm {name}` ends it."
)
_WRONG = {  # what is wrong with it for good
    Status.DENIED: "{person} may no longer do this",
    Status.USAGE: "it cannot be run as it is any more",  # its engine is gone, or what its line says
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lapsing:
    """What passes by itself pauses nothing: Slack that does not answer, a policy file that cannot be read."""

    store: Store
    policy: Rules

    def of(self, job: Job, outcome: Outcome) -> str:
        """What is told of a schedule that is paused by what came of its run; empty where it goes on."""
        number, why = outcome.number, outcome.reply.error or ""
        wrong = _WRONG.get(outcome.status, "").format(person=job.person)
        if not job.number or number is None or not wrong or self._passes(outcome, number):
            return ""
        try:
            paused = self.store.timetable.change(job.number, State.PAUSED, "slashdock", why, number)
        except (Unwritable, Altered) as error:
            log.warning("schedule %s was refused and could not be paused: %s", job.number, error)
            return ""
        facts = {"name": job.name, "line": job.told(), "wrong": wrong, "why": why}
        return _PAUSED.format(**facts) if paused else ""

    def _passes(self, outcome: Outcome, number: int) -> bool:
        policy, action = self.policy.current(), self.store.actions.get(number)
        waits = action is not None and action["reason"] == WAITING
        return bool(policy.locked or policy.nobody) or outcome.unsaid or waits
