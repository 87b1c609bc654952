"""The short form of `make faults`: bots that kill themselves at the step that matters most, and others that go on."""

from __future__ import annotations

from engine import Engine

from faults import kills
from faults.cases import Tally

STEPS = ("bot.execution:Execution.run",)
LATER = {"bot.undelivered:Undelivered.again": kills.LATER["bot.undelivered:Undelivered.again"]}


def test_whatever_step_a_bot_dies_at_nothing_is_lost_doubled_or_told_wrongly(
    own_engine: Engine, fresh_world: str
) -> None:
    """Before and after each, and again while the next bot finds out what was left."""
    assert fresh_world == own_engine.host
    assert kills.at_steps(STEPS, LATER, own_engine, lines=3) == Tally(4, 0, 0, 0)
