"""A parsed template walked over a value, with its output."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from commands.golang import nodes
from commands.golang.evaluate import Evaluation
from commands.golang.fault import LimitError
from commands.golang.quote import quote
from commands.golang.reflect import entries, indirect, item, length, truth
from commands.golang.sprint import SIZE_LIMIT, printable, sprint
from commands.golang.value import INVALID, SEQUENCES, Kind, Value, integer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from commands.golang.parse import Trees
    from commands.golang.value import Func

DEPTH_LIMIT = 50  # templates within templates; Go allows 100,000, which no honest one needs


class _Break(Exception):
    """A break on its way to the range around it."""


class _Continue(Exception):
    """A continue on its way to the range around it."""


def execute(trees: Trees, value: Value, functions: Mapping[str, Func], *, strict: bool) -> str:
    """The output of a template for a value; TemplateError where Go gives up."""
    execution = _Execution(trees, functions, strict=strict)
    try:
        return execution.run(value)
    except RecursionError:
        execution.fail("nested too deeply")


class _Execution(Evaluation):
    def __init__(self, trees: Trees, functions: Mapping[str, Func], *, strict: bool) -> None:
        super().__init__(trees.name, trees.source, functions, strict=strict)
        self.roots = trees.roots
        self.depth = 0
        self.size = 0
        self.output: list[str] = []

    def run(self, value: Value) -> str:
        self.variables = [("$", value)]
        self._walk(value, self.roots[self.name])
        return "".join(self.output)

    def _write(self, text: str) -> None:
        self.charge(text)
        self.size += len(text)
        if self.size > SIZE_LIMIT:
            self._too_long()
        self.output.append(text)

    def _too_long(self) -> NoReturn:
        self.fail(f"the output has more than {SIZE_LIMIT} characters")

    def _walk(self, dot: Value, node: nodes.Node) -> None:
        self.node = node
        match node:
            case nodes.Text():
                self._write(node.text)
            case nodes.Listing():
                for each in node.nodes:
                    self._walk(dot, each)
            case nodes.Action():
                self._action(dot, node)
            case nodes.Branch() if node.keyword == "range":
                self._range(dot, node)
            case nodes.Branch():
                self._condition(dot, node)
            case nodes.Invocation():
                self._invoke(dot, node)
            case nodes.Jump():
                raise _Break if node.keyword == "break" else _Continue

    def _action(self, dot: Value, node: nodes.Action) -> None:
        value = self.pipeline(dot, node.pipe)
        if node.pipe.variables:
            return
        self.node = node
        try:
            self._write(sprint([printable(value)]))
        except LimitError:
            self._too_long()

    def _condition(self, dot: Value, node: nodes.Branch) -> None:
        mark = len(self.variables)
        try:
            value = self.pipeline(dot, node.pipe)
            if truth(value):
                self._walk(value if node.keyword == "with" else dot, node.body)
            elif node.otherwise is not None:
                self._walk(dot, node.otherwise)
        finally:
            del self.variables[mark:]

    def _range(self, dot: Value, node: nodes.Branch) -> None:
        mark = len(self.variables)
        try:
            value, _ = indirect(self.pipeline(dot, node.pipe))
            ran = False
            for index, element in self._elements(value, node):
                ran = True
                self._iterate(index, element, node)
            if not ran and node.otherwise is not None:
                self._walk(dot, node.otherwise)
        except _Break:
            pass
        finally:
            del self.variables[mark:]

    def _elements(self, value: Value, node: nodes.Branch) -> Iterator[tuple[Value, Value]]:
        if value.kind in SEQUENCES:
            return ((integer(place), item(value, place)) for place in range(length(value)))
        if value.kind is Kind.MAP:
            return entries(value)
        if value.kind in (Kind.INT, Kind.UINT):
            if len(node.pipe.variables) > 1:
                self.fail(f"can't use {sprint([value])} to iterate over more than one variable")
            return ((INVALID, Value(value.type, each)) for each in range(value.data))
        if value.valid:
            self.fail(f"range can't iterate over {sprint([value])}")
        return iter(())

    def _iterate(self, index: Value, element: Value, node: nodes.Branch) -> None:
        self.charge()
        names = [each.names[0] for each in node.pipe.variables]
        values = [index, element][-len(names) :] if names else []
        if node.pipe.assigns:
            for name, each in zip(names, values, strict=True):
                self.assign(name, each)
        elif names:
            self.variables[-len(names) :] = zip(names, values, strict=True)
        mark = len(self.variables)
        try:
            self._walk(element, node.body)
        except _Continue:
            pass
        finally:
            del self.variables[mark:]

    def _invoke(self, dot: Value, node: nodes.Invocation) -> None:
        root = self.roots.get(node.name)
        if root is None:
            self.fail(f"template {quote(node.name)} not defined")
        if self.depth == DEPTH_LIMIT:
            self.fail(f"exceeded maximum template depth ({DEPTH_LIMIT})")
        dot = self.pipeline(dot, node.pipe)
        kept = self.name, self.variables
        self.name, self.variables = node.name, [("$", dot)]
        self.depth += 1
        self._walk(dot, root)
        self.depth -= 1
        self.name, self.variables = kept
