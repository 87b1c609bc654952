"""A bot that is killed: at any moment under load, again and again, and before and after each named step."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping

from engine import Engine

from faults.cases import Tally
from faults.stage import Stage, stage

ALIVE = 1.5  # seconds at most that a bot lives after it can be heard
YOUNG = 0.4  # seconds at most that it lives where it is killed while it starts
YOUTH = 0.2  # of the kills come while it starts
TOLD = 100  # kills between two lines that say how far it is
LINES = 6  # that are sent while a bot waits for its death

STEPS = (
    "bot.record:Record.receive",
    "bot.record:Record.intend",
    "bot.execution:Execution.plan",
    "bot.execution:Execution.run",
    "bot.spool:Spool.keep",
    "bot.record:Record.outcome",
    "bot.slack.letter:MessageLetter.send",
    "bot.undelivered:Undelivered.mark",
)  # in their order; each is before and after
LATER = {
    "bot.undelivered:Undelivered.again": "after bot.record:Record.outcome",
    "bot.reconcile:settle": "after bot.execution:Execution.run",
}  # of a start that finds something left: by when the one before died


def at_random(kills: int, seed: int = 1) -> Tally:
    """Kill so many bots; what came of every line that was acknowledged."""
    with stage(seed) as made:
        with made.load():
            for count in range(1, kills + 1):
                made.born()
                if made.random.random() < YOUTH:
                    time.sleep(made.random.uniform(0, YOUNG))
                else:
                    made.heard()
                    time.sleep(made.random.uniform(0, ALIVE))
                made.kill()
                if count % TOLD == 0:
                    print(f"{count} of {kills} bots killed, {len(made.sent)} lines sent", file=sys.stderr)
        return _last(made, kills)


def at_steps(
    steps: tuple[str, ...] = STEPS, later: Mapping[str, str] = LATER, engine: Engine | None = None, lines: int = LINES
) -> Tally:
    """Have a bot kill itself before and after each step, and another one go on; later are steps of that one.

    lines are sent to each; three are one of each kind.
    """
    with stage(engine=engine) as made:
        moments = [f"{moment} {step}" for step in steps for moment in ("before", "after")]
        for moment in moments:
            _die(made, moment, lines)
        for step, death in later.items():
            for when in ("before", "after"):
                _die(made, death, lines)
                made.born(f"{when} {step}")
                made.gone()
        return _last(made, len(moments) + 2 * len(later))


def _die(made: Stage, moment: str, lines: int) -> None:
    made.born(moment)
    if made.heard():
        for _ in range(lines):
            made.say()
        made.gone()


def _last(made: Stage, tried: int) -> Tally:
    """What the last bot makes of all that the others left."""
    made.born()
    made.heard()
    made.settled()
    tally = made.judged(tried)
    made.stop()
    return tally
