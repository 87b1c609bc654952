"""A parsed template walked over a value, with its output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.golang import nodes
from commands.golang.evaluate import Evaluation
from commands.golang.fault import LimitError
from commands.golang.quote import quote
from commands.golang.reflect import entries, indirect, integral, item, length, truth
from commands.golang.sprint import SIZE_LIMIT, printable, sprint
from commands.golang.state import COPIED_PER_STEP, OUTPUT_LIMIT, PASSED_PER_STEP
from commands.golang.value import INVALID, SEQUENCES, Kind, Value, integer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from commands.golang.fault import TemplateError
    from commands.golang.parse import Trees
    from commands.golang.state import Budget
    from commands.golang.value import Func

DEPTH_LIMIT = 50  # templates within templates; Go allows 100,000, which no honest one needs


def execute(trees: Trees, value: Value, functions: Mapping[str, Func], budget: Budget, *, strict: bool) -> str:
    """The output of a template for a value, paid from the budget; TemplateError where Go gives up."""
    execution = _Execution(trees, functions, budget, strict=strict)
    try:
        return execution.run(value)
    except RecursionError:
        raise execution.fault("nested too deeply") from None
    finally:
        budget.steps -= min(execution.steps, budget.steps)
        budget.size -= min(execution.size, budget.size)


class _Execution(Evaluation):
    def __init__(self, trees: Trees, functions: Mapping[str, Func], budget: Budget, *, strict: bool) -> None:
        super().__init__(trees.name, trees.source, functions, budget, strict=strict)
        self.roots = trees.roots
        self.depth = 0
        self.size = 0
        self.most = min(SIZE_LIMIT, budget.size)
        self.output: list[str] = []

    def run(self, value: Value) -> str:
        self.variables = [("$", value)]
        self._walk(value, self.roots[self.name])
        return "".join(self.output)

    def _write(self, text: str) -> None:
        self.charge(1 + len(text) // COPIED_PER_STEP)
        self.size += len(text)
        if self.size > self.most:
            raise self._too_long()
        self.output.append(text)

    def _too_long(self) -> TemplateError:
        limit = SIZE_LIMIT if self.most == SIZE_LIMIT else OUTPUT_LIMIT
        return self.fault(f"the output has more than {limit} characters")

    def _walk(self, dot: Value, node: nodes.Node) -> str:
        """Execute a part; the break or continue that it came upon, else nothing."""
        self.node = node
        self.charge()
        match node:
            case nodes.Text():
                self._write(node.text)
            case nodes.Action():
                self._action(dot, node)
            case nodes.Invocation():
                self._invoke(dot, node)
            case nodes.Listing():
                return next(filter(None, (self._walk(dot, each) for each in node.nodes)), "")
            case nodes.Branch():
                return self._branch(dot, node)
            case nodes.Jump():
                return node.keyword
        return ""

    def _action(self, dot: Value, node: nodes.Action) -> None:
        value = self.pipeline(dot, node.pipe)
        if node.pipe.variables:
            return
        self.node = node
        try:
            self._write(sprint([printable(value)], self.charge))
        except LimitError:
            raise self._too_long() from None

    def _branch(self, dot: Value, node: nodes.Branch) -> str:
        mark = len(self.variables)
        jump = self._range(dot, node) if node.keyword == "range" else self._condition(dot, node)
        del self.variables[mark:]
        return jump

    def _condition(self, dot: Value, node: nodes.Branch) -> str:
        value = self.pipeline(dot, node.pipe)
        if truth(value):
            return self._walk(value if node.keyword == "with" else dot, node.body)
        return self._otherwise(dot, node)

    def _otherwise(self, dot: Value, node: nodes.Branch) -> str:
        return "" if node.otherwise is None else self._walk(dot, node.otherwise)

    def _range(self, dot: Value, node: nodes.Branch) -> str:
        value, _ = indirect(self.pipeline(dot, node.pipe))
        ran = False
        for index, element in self._elements(value, node):
            ran = True
            if self._iterate(index, element, node) == "break":
                break
        return "" if ran else self._otherwise(dot, node)

    def _elements(self, value: Value, node: nodes.Branch) -> Iterator[tuple[Value, Value]]:
        if value.kind in SEQUENCES:
            return ((integer(place), item(value, place)) for place in range(length(value)))
        if value.kind is Kind.MAP:
            self.charge(length(value) // PASSED_PER_STEP)  # they are sorted at once
            return entries(value)
        if integral(value):
            if len(node.pipe.variables) > 1:
                raise self.fault(f"can't use {sprint([value], self.charge)} to iterate over more than one variable")
            return ((INVALID, Value(value.type, each)) for each in range(value.data))
        if value.valid:
            raise self.fault(f"range can't iterate over {sprint([value], self.charge)}")
        return iter(())

    def _iterate(self, index: Value, element: Value, node: nodes.Branch) -> str:
        self.charge()
        names = [each.names[0] for each in node.pipe.variables]
        values = [index, element][-len(names) :] if names else []
        if node.pipe.assigns:
            for name, each in zip(names, values, strict=True):
                self.assign(name, each)
        elif names:
            self.variables[-len(names) :] = zip(names, values, strict=True)
        mark = len(self.variables)
        jump = self._walk(element, node.body)
        del self.variables[mark:]
        return jump

    def _invoke(self, dot: Value, node: nodes.Invocation) -> None:
        root = self.roots.get(node.name)
        if root is None:
            raise self.fault(f"template {quote(node.name)} not defined")
        if self.depth == DEPTH_LIMIT:
            raise self.fault(f"exceeded maximum template depth ({DEPTH_LIMIT})")
        dot = self.pipeline(dot, node.pipe)
        kept = self.name, self.variables
        self.name, self.variables = node.name, [("$", dot)]
        self.depth += 1
        self._walk(dot, root)
        self.depth -= 1
        self.name, self.variables = kept
