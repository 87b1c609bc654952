"""The expressions of a template: pipelines, fields, calls and their arguments, in Go's order and with Go's faults."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NoReturn

from commands.golang import nodes
from commands.golang.fault import GoError, LimitError, TemplateError
from commands.golang.quote import quote
from commands.golang.reflect import concrete, entry, indirect, pointee, truth
from commands.golang.row import Row
from commands.golang.sprint import SIZE_LIMIT
from commands.golang.value import (
    COMPLEX128,
    FLOAT64,
    INVALID,
    MISSING,
    NILABLE,
    REFLECT,
    STRING,
    Func,
    GoType,
    Kind,
    Value,
    boolean,
    integer,
    string,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STEP_LIMIT = 200_000  # commands, parts and pieces of text of one execution: about a second
TEXT_PER_STEP = 256  # characters of text that cost as much as a step
_FLOAT_MARKS = frozenset(".eEpP")
_EXPECTED = {
    Kind.BOOL: "bool",
    Kind.STRING: "string",
    Kind.INT: "integer",
    Kind.UINT: "unsigned integer",
    Kind.FLOAT: "float",
    Kind.COMPLEX: "complex",
}


class Evaluation:
    """Evaluates expressions, remembering where it is, the variables in sight and what it has cost so far."""

    def __init__(self, name: str, source: str, functions: Mapping[str, Func], *, strict: bool) -> None:
        self.name = name  # of the template at work, which another one may have invoked
        self.source_name = name
        self.source = source
        self.functions = functions
        self.strict = strict  # a map's missing entry is a fault
        self.variables: list[tuple[str, Value]] = []
        self.node: nodes.Node = nodes.Node(0)
        self.steps = 0

    def fail(self, sentence: str) -> NoReturn:
        """Give up at the part at work."""
        before = self.source[: self.node.place]
        line = before.count("\n") + 1
        column = len(before[before.rfind("\n") + 1 :].encode("utf-8", "surrogateescape"))
        where = f"{self.source_name}:{line}:{column}: executing {quote(self.name)} at <{self.node}>"
        raise TemplateError(f"template: {where}: {sentence}", parsing=False)

    def charge(self, text: str = "") -> None:
        """Count a step, more for long texts."""
        self.steps += 1 + len(text) // TEXT_PER_STEP
        if self.steps > STEP_LIMIT:
            self.fail(f"gave up after {STEP_LIMIT} steps")

    def pipeline(self, dot: Value, pipe: nodes.Pipe | None) -> Value:
        """What a pipeline gives; its variables are set."""
        if pipe is None:
            return INVALID
        self.node = pipe
        value = MISSING
        for command in pipe.commands:
            value = concrete(self._command(dot, command, value))
        for variable in pipe.variables:
            if pipe.assigns:
                self.assign(variable.names[0], value)
            else:
                self.variables.append((variable.names[0], value))
        return value

    def assign(self, name: str, value: Value) -> None:
        """Give a variable that was declared before a new value."""
        for place in range(len(self.variables) - 1, -1, -1):
            if self.variables[place][0] == name:
                self.variables[place] = (name, value)
                return
        self.fail(f"undefined variable: {name}")

    def _lookup(self, name: str) -> Value:
        for known, value in reversed(self.variables):
            if known == name:
                return value
        self.fail(f"undefined variable: {name}")

    def _command(self, dot: Value, command: nodes.Command, final: Value) -> Value:
        self.charge()
        first = command.args[0]
        match first:
            case nodes.FieldPath():
                return self._field_path(dot, first, command.args, final)
            case nodes.Chain():
                return self._chain(dot, first, command.args, final)
            case nodes.Identifier():
                return self._function(dot, first, command, command.args, final)
            case nodes.Variable():
                return self._variable(dot, first, command.args, final)
            case nodes.Pipe():
                self._no_arguments(command.args, final)
                return self.pipeline(dot, first)
        self.node = first
        self._no_arguments(command.args, final)
        if isinstance(first, nodes.Nil):
            self.fail("nil is not a command")
        return self._operand(dot, first)

    def _operand(self, dot: Value, node: nodes.Node) -> Value:
        match node:
            case nodes.Dot():
                return dot
            case nodes.Bool():
                return boolean(node.truth)
            case nodes.String():
                return string(node.text)
            case nodes.Numeral():
                return self._constant(node)
        self.fail(f"can't evaluate command {quote(str(node))}")

    def _constant(self, numeral: nodes.Numeral) -> Value:
        """A number where nothing says which type it should have."""
        self.node = numeral
        number, text = numeral.number, numeral.text
        if number.complex is not None:
            return Value(COMPLEX128, number.complex)
        if number.real is not None and _looks_real(text):
            return Value(FLOAT64, number.real)
        if number.integer is None:
            self.fail(f"{text} overflows int")
        return integer(number.integer)

    def _no_arguments(self, args: Sequence[nodes.Node], final: Value) -> None:
        if len(args) > 1 or final is not MISSING:
            self.fail(f"can't give argument to non-function {args[0]}")

    def _field_path(
        self, dot: Value, node: nodes.FieldPath, args: Sequence[nodes.Node], final: Value = MISSING
    ) -> Value:
        self.node = node
        return self._fields(dot, dot, node, node.names, args, final)

    def _chain(self, dot: Value, node: nodes.Chain, args: Sequence[nodes.Node], final: Value = MISSING) -> Value:
        self.node = node
        if isinstance(node.node, nodes.Nil):
            self.fail(f"indirection through explicit nil in {node}")
        receiver = self._argument(dot, None, node.node)
        return self._fields(dot, receiver, node, node.names, args, final)

    def _variable(self, dot: Value, node: nodes.Variable, args: Sequence[nodes.Node], final: Value = MISSING) -> Value:
        self.node = node
        value = self._lookup(node.names[0])
        if len(node.names) == 1:
            self._no_arguments(args, final)
            return value
        return self._fields(dot, value, node, node.names[1:], args, final)

    def _fields(  # noqa: PLR0913 (Go's own evaluation takes these six)
        self,
        dot: Value,
        receiver: Value,
        node: nodes.Node,
        names: Sequence[str],
        args: Sequence[nodes.Node],
        final: Value,
    ) -> Value:
        for name in names[:-1]:
            receiver = self._field(dot, receiver, node, name, (), MISSING)
        return self._field(dot, receiver, node, names[-1], args, final)

    def _field(  # noqa: PLR0913 (Go's own evaluation takes these six)
        self,
        dot: Value,
        receiver: Value,
        node: nodes.Node,
        name: str,
        args: Sequence[nodes.Node],
        final: Value,
    ) -> Value:
        if not receiver.valid:
            if self.strict:
                self.fail(f"nil data; no entry for key {quote(name)}")
            return INVALID
        outer = receiver.type.name
        receiver, nil = indirect(receiver)
        if nil and receiver.kind is Kind.INTERFACE:
            self.fail(f"nil pointer evaluating {outer}.{name}")
        if not nil and (method := _method(receiver, name)) is not None:
            return self._call(dot, method, node, name, args, final)
        given = len(args) > 1 or final is not MISSING
        found = self._member(receiver, name, nil=nil, outer=outer, given=given)
        if found is None:
            self.fail(f"can't evaluate field {name} in type {outer}")
        return found

    def _member(self, receiver: Value, name: str, *, nil: bool, outer: str, given: bool) -> Value | None:
        """A struct's field or a map's entry; None where there can be none."""
        if receiver.kind is Kind.MAP and receiver.type.key is STRING:
            if given:
                self.fail(f"{name} is not a method but has arguments")
            return self._entry(receiver, name)
        struct = receiver.type.element() if nil else receiver.type
        if struct.path(name) is None:
            return None
        if nil:
            self.fail(f"nil pointer evaluating {outer}.{name}")
        if given:
            self.fail(f"{name} has arguments but cannot be invoked as function")
        return self._promoted(receiver, struct.path(name) or ())

    def _promoted(self, value: Value, path: Sequence[int]) -> Value:
        """The field at the end of a way through embedded structs."""
        for place in path:
            if value.kind is Kind.POINTER:
                if value.nil:
                    embedded = value.type.element().name.rpartition(".")[2]
                    self.fail(f"reflect: indirection through nil pointer to embedded struct field {embedded}")
                value = pointee(value)
            value = Value(value.type.fields[place].type, value.data[place])
        return value

    def _entry(self, receiver: Value, name: str) -> Value:
        found = entry(receiver, name)
        if not found.valid and self.strict:
            self.fail(f"map has no entry for key {quote(name)}")
        return found

    def _function(
        self,
        dot: Value,
        node: nodes.Identifier,
        command: nodes.Node,
        args: Sequence[nodes.Node] = (),
        final: Value = MISSING,
    ) -> Value:
        self.node = node
        func = self.functions[node.name]
        if node.name in ("and", "or"):
            self._count(func, node.name, len(args[1:]), final)
            return self._logic(dot, node.name, args[1:], final)
        if node.name == "call":
            shown = str(args[1]) if args[1:] else f"<{final.type.name} Value>"
            func = Func(func.params, partial(func.call, shown), func.variadic)
        return self._call(dot, func, command, node.name, args, final)

    def _logic(self, dot: Value, name: str, args: Sequence[nodes.Node], final: Value) -> Value:
        """The first argument that decides, the ones after it left alone."""
        value = INVALID
        for arg in args:
            value = self._argument(dot, REFLECT, arg)
            if truth(concrete(value)) == (name == "or"):
                return value
        return value if final is MISSING else self._validated(final, REFLECT)

    def _count(self, func: Func, name: str, given: int, final: Value) -> None:
        total = given + (final is not MISSING)
        if func.variadic and total < len(func.params) - 1:
            self.fail(f"wrong number of args for {name}: want at least {len(func.params) - 1} got {given}")
        if not func.variadic and total != len(func.params):
            self.fail(f"wrong number of args for {name}: want {len(func.params)} got {total}")

    def _call(  # noqa: PLR0913 (Go's own evaluation takes these six)
        self,
        dot: Value,
        func: Func,
        node: nodes.Node,
        name: str,
        args: Sequence[nodes.Node],
        final: Value,
    ) -> Value:
        given = args[1:]
        self._count(func, name, len(given), final)
        last = len(func.params) - 1
        types = [func.params[min(place, last)] for place in range(len(given))]
        values = [self._argument(dot, each, arg) for each, arg in zip(types, given, strict=True)]
        if final is not MISSING:
            values.append(self._validated(final, func.params[min(len(given), last)]))
        for each in values:
            self.charge(each.data if each.kind is Kind.STRING else "")
        return self._called(func, node, name, values)

    def _called(self, func: Func, node: nodes.Node, name: str, values: Sequence[Value]) -> Value:
        try:
            result = func.call(*values)
        except GoError as error:
            self.node = node
            self.fail(f"error calling {name}: {error}")
        except LimitError:
            self.node = node
            self.fail(f"error calling {name}: more than {SIZE_LIMIT} characters")
        self.charge(result.data if result.kind is Kind.STRING else "")
        return result

    def _argument(self, dot: Value, wanted: GoType | None, node: nodes.Node) -> Value:
        self.node = node
        match node:
            case nodes.Dot():
                return self._validated(dot, wanted)
            case nodes.Nil():
                if wanted is None or wanted.kind not in NILABLE | {Kind.REFLECT}:
                    self.fail(f"cannot assign nil to {wanted.name if wanted else None}")
                return INVALID if wanted is REFLECT else wanted.zero()
            case nodes.FieldPath():
                return self._validated(self._field_path(dot, node, (node,)), wanted)
            case nodes.Variable():
                return self._validated(self._variable(dot, node, ()), wanted)
            case nodes.Pipe():
                return self._validated(self.pipeline(dot, node), wanted)
            case nodes.Identifier():
                return self._validated(self._function(dot, node, node), wanted)
            case nodes.Chain():
                return self._validated(self._chain(dot, node, ()), wanted)
        return self._literal(dot, wanted, node)

    def _literal(self, dot: Value, wanted: GoType | None, node: nodes.Node) -> Value:
        """A constant for a parameter of a type."""
        if wanted is None or wanted.kind in (Kind.INTERFACE, Kind.REFLECT):
            return self._operand(dot, node)
        if wanted.kind not in _EXPECTED:
            self.fail(f"can't handle {node} for arg of type {wanted.name}")
        data = _reading(wanted.kind, node)
        if data is None:
            self.fail(f"expected {_EXPECTED[wanted.kind]}; found {node}")
        return Value(wanted, data)

    def _validated(self, value: Value, wanted: GoType | None) -> Value:
        if wanted is None or wanted is REFLECT:
            return value
        if not value.valid:
            if wanted.kind not in NILABLE:
                self.fail(f"invalid value; expected {wanted.name}")
            return wanted.zero()
        if not value.type.assignable_to(wanted):
            return self._reached(value, wanted)
        return value

    def _reached(self, value: Value, wanted: GoType) -> Value:
        """The value that fits behind one interface or pointer."""
        value = concrete(value) if value.data is not None else value
        if value.type.assignable_to(wanted):
            return value
        if value.kind is Kind.POINTER and value.type.element().assignable_to(wanted):
            if value.nil:
                self.fail(f"dereference of nil pointer of type {wanted.name}")
            return pointee(value)
        self.fail(f"wrong type for value; expected {wanted.name}; got {value.type.name}")


def _looks_real(text: str) -> bool:
    if text.startswith("'"):
        return False
    marks = frozenset("pP") if text[:2] in ("0x", "0X") else _FLOAT_MARKS
    return bool(marks & set(text))


def _reading(kind: Kind, node: nodes.Node) -> object:
    """What a literal is for a kind of parameter, None if it cannot be that."""
    match node:
        case nodes.Bool() if kind is Kind.BOOL:
            return node.truth
        case nodes.String() if kind is Kind.STRING:
            return node.text
        case nodes.Numeral():
            number = node.number
            readings = {Kind.INT: number.integer, Kind.UINT: number.unsigned, Kind.FLOAT: number.real}
            return readings.get(kind)
    return None


def _method(receiver: Value, name: str) -> Func | None:
    if isinstance(receiver.data, Row):
        return receiver.data.method(name)
    func = receiver.type.methods.get(name)
    return func and Func(func.params, partial(func.call, receiver), func.variadic)
