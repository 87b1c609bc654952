"""Where an execution of a template stands: the part at work, the variables in sight, and what it has cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.golang.fault import TemplateError
from commands.golang.nodes import Node
from commands.golang.quote import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commands.golang.value import Func, Value

STEP_LIMIT = 300_000  # commands, iterations and pieces of text of one execution: about a second
READ_PER_STEP = 256  # characters that a function reads, or that are copied, at the cost of a step
MADE_PER_STEP = 32  # characters that are made of a value at the cost of a step


class State:
    """The state of an execution."""

    def __init__(self, name: str, source: str, functions: Mapping[str, Func], *, strict: bool) -> None:
        self.name = name  # of the template at work, which another one may have invoked
        self.source_name = name
        self.source = source
        self.functions = functions
        self.strict = strict  # a map's missing entry is a fault
        self.variables: list[tuple[str, Value]] = []
        self.node = Node(0)
        self.steps = 0

    def fault(self, sentence: str) -> TemplateError:
        """What is wrong at the part at work."""
        before = self.source[: self.node.place]
        line = before.count("\n") + 1
        column = len(before[before.rfind("\n") + 1 :].encode("utf-8", "surrogateescape"))
        where = f"{self.source_name}:{line}:{column}: executing {quote(self.name)} at <{self.node}>"
        return TemplateError(f"template: {where}: {sentence}", parsing=False)

    def charge(self, text: str = "", per_step: int = READ_PER_STEP) -> None:
        """Count a step, more for long texts."""
        self.steps += 1 + len(text) // per_step
        if self.steps > STEP_LIMIT:
            raise self.fault(f"gave up after {STEP_LIMIT} steps")

    def declare(self, name: str, value: Value) -> None:
        """Bring a new variable into sight."""
        self.variables.append((name, value))

    def assign(self, name: str, value: Value) -> None:
        """Give a variable that was declared before a new value."""
        for place in range(len(self.variables) - 1, -1, -1):
            if self.variables[place][0] == name:
                self.variables[place] = (name, value)
                return
        raise self.fault(f"undefined variable: {name}")

    def lookup(self, name: str) -> Value:
        """The value of the last variable declared with a name."""
        for known, value in reversed(self.variables):
            if known == name:
                return value
        raise self.fault(f"undefined variable: {name}")
