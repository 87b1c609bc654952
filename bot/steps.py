"""What a trace is: the steps of a line's way, each with the times at which it began and ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(eq=False)
class Step:
    """One step: its times are nanoseconds since the epoch, inside is the step that it is a part of."""

    name: str
    start: int
    end: int
    inside: Step | None


@dataclass(frozen=True)
class Trace:
    """A line's way once nothing of it is under way any more: its steps in the order in which they began.

    line is masked; facts are its number, verb, host and status as far as they are known; more is how many steps were
    not kept; the times are nanoseconds since the epoch.
    """

    line: str
    facts: Mapping[str, str]
    steps: tuple[Step, ...]
    more: int
    start: int
    end: int

    def within(self, step: Step | None) -> list[Step]:
        """The steps of which that one consists, or the whole where it is None."""
        return [each for each in self.steps if each.inside is step]
