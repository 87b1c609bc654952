"""Where an execution of a template stands: the part at work, the variables in sight, and what it has cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from commands.golang.fault import TemplateError
from commands.golang.nodes import Node
from commands.golang.quote import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commands.golang.value import Func, Value

STEP_LIMIT = 300_000  # what one execution may cost; a step takes a microsecond or a little more
STEPS_LIMIT = 1_000_000  # what all executions of one template may cost; ten thousand rows as JSON cost 900,000
OUTPUT_LIMIT = 16 * 1024 * 1024  # characters of all executions of one template
COPIED_PER_STEP = 256  # characters that are copied at the cost of a step
MADE_PER_STEP = 32  # characters that are made of a value at the cost of a step
FIELD_STEPS = 2  # what looking up a field costs
READ_PER_STEP = 4  # characters that a function reads at the cost of a step, as some read one by one
PASSED_PER_STEP = 8  # variables or entries that are passed on the way at the cost of a step


@dataclass
class Budget:
    """What is left for the executions of one template."""

    steps: int = STEPS_LIMIT
    size: int = OUTPUT_LIMIT  # characters of output


class State:
    """The state of an execution."""

    def __init__(self, name: str, source: str, functions: Mapping[str, Func], budget: Budget, *, strict: bool) -> None:
        self.name = name  # of the template at work, which another one may have invoked
        self.source_name = name
        self.source = source
        self.functions = functions
        self.strict = strict  # a map's missing entry is a fault
        self.variables: list[tuple[str, Value]] = []
        self.node = Node(0)
        self.budget = budget
        self.most_steps = min(STEP_LIMIT, budget.steps)
        self.steps = 0

    def fault(self, sentence: str) -> TemplateError:
        """What is wrong at the part at work."""
        before = self.source[: self.node.place]
        line = before.count("\n") + 1
        column = len(before[before.rfind("\n") + 1 :].encode("utf-8", "surrogateescape"))
        where = f"{self.source_name}:{line}:{column}: executing {quote(self.name)} at <{self.node}>"
        return TemplateError(f"template: {where}: {sentence}", parsing=False)

    def charge(self, steps: int = 1) -> None:
        """Count steps of work."""
        self.steps += steps
        if self.steps > self.most_steps:
            limit = STEP_LIMIT if self.most_steps == STEP_LIMIT else STEPS_LIMIT
            raise self.fault(f"gave up after {limit} steps")

    def declare(self, name: str, value: Value) -> None:
        """Bring a new variable into sight."""
        self.variables.append((name, value))

    def assign(self, name: str, value: Value) -> None:
        """Give a variable that was declared before a new value."""
        for place in range(len(self.variables) - 1, -1, -1):
            if self.variables[place][0] == name:
                self._passed(place)
                self.variables[place] = (name, value)
                return
        raise self.fault(f"undefined variable: {name}")

    def _passed(self, place: int) -> None:
        self.charge((len(self.variables) - place) // PASSED_PER_STEP)

    def lookup(self, name: str) -> Value:
        """The value of the last variable declared with a name."""
        for place in range(len(self.variables) - 1, -1, -1):
            known, value = self.variables[place]
            if known == name:
                self._passed(place)
                return value
        raise self.fault(f"undefined variable: {name}")


def text_size(value: Value) -> int:
    """How many characters a string has, also one that an interface holds; 0 for anything else."""
    data: Any = value.data
    while type(data) is type(value):
        data = data.data
    return len(data) if isinstance(data, str) else 0
