"""The expressions of a template: pipelines, fields, calls and their arguments, in Go's order and with Go's faults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from commands.golang import nodes
from commands.golang.fault import GoError, LimitError
from commands.golang.literal import EXPECTED, ideal, reading
from commands.golang.quote import quote
from commands.golang.reflect import concrete, entry, indirect, pointee, truth
from commands.golang.row import Row
from commands.golang.sprint import SIZE_LIMIT
from commands.golang.state import FIELD_STEPS, MADE_PER_STEP, READ_PER_STEP, State, text_size
from commands.golang.value import (
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
    string,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Use:
    """How a word is used: the part that faults point at, what follows the word, and what the pipe brings."""

    node: nodes.Node
    args: Sequence[nodes.Node] = ()
    final: Value = MISSING

    @property
    def given(self) -> int:
        """How many arguments there are."""
        return len(self.args) + (self.final is not MISSING)


class Evaluation(State):
    """A state that can evaluate expressions."""

    def pipeline(self, dot: Value, pipe: nodes.Pipe | None) -> Value:
        """What a pipeline gives; its variables are set."""
        if pipe is None:
            return INVALID
        self.node = pipe
        value = MISSING
        for command in pipe.commands:
            value = concrete(self._command(dot, command, value))
        for variable in pipe.variables:
            (self.assign if pipe.assigns else self.declare)(variable.names[0], value)
        return value

    def _command(self, dot: Value, command: nodes.Command, final: Value) -> Value:
        self.charge()
        first, *rest = command.args
        match first:
            case nodes.FieldPath() | nodes.Chain() | nodes.Variable():
                return self._word(dot, first, Use(first, rest, final))
            case nodes.Identifier():
                return self._function(dot, first, Use(command, rest, final))
            case nodes.Pipe():
                self._alone(Use(first, rest, final))
                return self.pipeline(dot, first)
        self.node = first
        self._alone(Use(first, rest, final))
        if isinstance(first, nodes.Nil):
            raise self.fault("nil is not a command")
        return self._operand(dot, first)

    def _alone(self, use: Use) -> None:
        if use.given:
            raise self.fault(f"can't give argument to non-function {use.node}")

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
        raise self.fault(f"can't evaluate command {quote(str(node))}")

    def _constant(self, numeral: nodes.Numeral) -> Value:
        self.node = numeral
        value = ideal(numeral)
        if value is None:
            raise self.fault(f"{numeral.text} overflows int")
        return value

    def _word(self, dot: Value, node: nodes.FieldPath | nodes.Chain | nodes.Variable, use: Use) -> Value:
        """Fields of the cursor, of a term or of a variable."""
        self.node = node
        match node:
            case nodes.FieldPath():
                return self._fields(dot, dot, node.names, use)
            case nodes.Chain():
                return self._fields(dot, self._term(dot, node), node.names, use)
            case nodes.Variable():
                value = self.lookup(node.names[0])
                if len(node.names) > 1:
                    return self._fields(dot, value, node.names[1:], use)
                self._alone(use)
                return value

    def _term(self, dot: Value, node: nodes.Chain) -> Value:
        if isinstance(node.node, nodes.Nil):
            raise self.fault(f"indirection through explicit nil in {node}")
        return self._argument(dot, None, node.node)

    def _fields(self, dot: Value, receiver: Value, names: Sequence[str], use: Use) -> Value:
        for name in names[:-1]:
            receiver = self._field(dot, receiver, name, Use(use.node))
        return self._field(dot, receiver, names[-1], use)

    def _field(self, dot: Value, receiver: Value, name: str, use: Use) -> Value:
        if not receiver.valid:
            if self.strict:
                raise self.fault(f"nil data; no entry for key {quote(name)}")
            return INVALID
        self.charge(FIELD_STEPS)
        outer = receiver.type.name
        receiver, nil = indirect(receiver)
        if nil and receiver.kind is Kind.INTERFACE:
            raise self.fault(f"nil pointer evaluating {outer}.{name}")
        if not nil and (method := _method(receiver, name)) is not None:
            return self._call(dot, method, name, use)
        if receiver.kind is Kind.MAP and receiver.type.key is STRING:
            return self._entry(receiver, name, use)
        return self._member(receiver, name, outer, use)

    def _entry(self, receiver: Value, name: str, use: Use) -> Value:
        if use.given:
            raise self.fault(f"{name} is not a method but has arguments")
        found = entry(receiver, name)
        if not found.valid and self.strict:
            raise self.fault(f"map has no entry for key {quote(name)}")
        return found

    def _member(self, receiver: Value, name: str, outer: str, use: Use) -> Value:
        """A struct's field."""
        struct = receiver.type.element() if receiver.kind is Kind.POINTER else receiver.type
        path = struct.path(name)
        if path is None:
            raise self.fault(f"can't evaluate field {name} in type {outer}")
        if receiver.nil:
            raise self.fault(f"nil pointer evaluating {outer}.{name}")
        if use.given:
            raise self.fault(f"{name} has arguments but cannot be invoked as function")
        return self._promoted(receiver, path)

    def _promoted(self, value: Value, path: Sequence[int]) -> Value:
        """The field at the end of a way through embedded structs."""
        for place in path:
            if value.nil:
                name = value.type.element().name.rpartition(".")[2]
                raise self.fault(f"reflect: indirection through nil pointer to embedded struct field {name}")
            value = pointee(value) if value.kind is Kind.POINTER else value
            value = Value(value.type.fields[place].type, value.data[place])
        return value

    def _function(self, dot: Value, node: nodes.Identifier, use: Use) -> Value:
        self.node = node
        func = self.functions[node.name]
        if node.name in ("and", "or"):
            self._count(func, node.name, use)
            return self._logic(dot, node.name, use)
        if node.name == "call":
            func = replace(func, call=partial(func.call, _callee(use)))
        return self._call(dot, func, node.name, use)

    def _logic(self, dot: Value, name: str, use: Use) -> Value:
        """The first argument that decides, the ones after it left alone."""
        value = INVALID
        for arg in use.args:
            value = self._argument(dot, REFLECT, arg)
            if truth(concrete(value)) == (name == "or"):
                return value
        return value if use.final is MISSING else use.final

    def _count(self, func: Func, name: str, use: Use) -> None:
        wanted = len(func.params) - func.variadic
        if func.variadic and use.given < wanted:
            raise self.fault(f"wrong number of args for {name}: want at least {wanted} got {len(use.args)}")
        if not func.variadic and use.given != wanted:
            raise self.fault(f"wrong number of args for {name}: want {wanted} got {use.given}")

    def _call(self, dot: Value, func: Func, name: str, use: Use) -> Value:
        self._count(func, name, use)
        last = len(func.params) - 1
        types = [func.params[min(place, last)] for place in range(use.given)]
        values = [self._argument(dot, each, arg) for each, arg in zip(types, use.args, strict=False)]
        if use.final is not MISSING:
            values.append(self._validated(use.final, types[-1]))
        for each in values:
            self.charge(1 + text_size(each) // READ_PER_STEP)
        return self._called(func, name, values, use)

    def _called(self, func: Func, name: str, values: Sequence[Value], use: Use) -> Value:
        try:
            result = func.call(self.charge, *values) if func.metered else func.call(*values)
        except (GoError, LimitError) as error:
            self.node = use.node
            sentence = str(error) or f"more than {SIZE_LIMIT} characters"
            raise self.fault(f"error calling {name}: {sentence}") from None
        self.charge(1 if func.metered else 1 + text_size(result) // MADE_PER_STEP)
        return result

    def _argument(self, dot: Value, wanted: GoType | None, node: nodes.Node) -> Value:
        self.node = node
        self.charge()
        match node:
            case nodes.Dot():
                value = dot
            case nodes.FieldPath() | nodes.Variable() | nodes.Chain():
                value = self._word(dot, node, Use(node))
            case nodes.Pipe():
                value = self.pipeline(dot, node)
            case nodes.Identifier():
                value = self._function(dot, node, Use(node))
            case nodes.Nil():
                return self._nil(wanted)
            case _:
                return self._literal(dot, wanted, node)
        return self._validated(value, wanted)

    def _nil(self, wanted: GoType | None) -> Value:
        if wanted is REFLECT:
            return INVALID
        if wanted is None or wanted.kind not in NILABLE:
            raise self.fault(f"cannot assign nil to {wanted.name if wanted else None}")
        return wanted.zero()

    def _literal(self, dot: Value, wanted: GoType | None, node: nodes.Node) -> Value:
        """A constant for a parameter of a type."""
        if wanted is None or wanted.kind in (Kind.INTERFACE, Kind.REFLECT):
            return self._operand(dot, node)
        if wanted.kind not in EXPECTED:
            raise self.fault(f"can't handle {node} for arg of type {wanted.name}")
        data = reading(wanted.kind, node)
        if data is None:
            raise self.fault(f"expected {EXPECTED[wanted.kind]}; found {node}")
        return Value(wanted, data)

    def _validated(self, value: Value, wanted: GoType | None) -> Value:
        if wanted is None or wanted is REFLECT:
            return value
        if not value.valid:
            if wanted.kind not in NILABLE:
                raise self.fault(f"invalid value; expected {wanted.name}")
            return wanted.zero()
        return value if value.type.assignable_to(wanted) else self._reached(value, wanted)

    def _reached(self, value: Value, wanted: GoType) -> Value:
        """The value that fits behind one interface or pointer."""
        value = concrete(value) if value.data is not None else value
        if value.type.assignable_to(wanted):
            return value
        if value.kind is not Kind.POINTER or not value.type.element().assignable_to(wanted):
            raise self.fault(f"wrong type for value; expected {wanted.name}; got {value.type.name}")
        if value.nil:
            raise self.fault(f"dereference of nil pointer of type {wanted.name}")
        return pointee(value)


def _callee(use: Use) -> str:
    """How Go's call names what it cannot call."""
    if use.args:
        return str(use.args[0])
    return str(use.final.data) if use.final.kind is Kind.STRING else f"<{use.final.type.name} Value>"


def _method(receiver: Value, name: str) -> Func | None:
    if isinstance(receiver.data, Row):
        return receiver.data.method(name)
    func = receiver.type.methods.get(name)
    return func and replace(func, call=partial(func.call, receiver))
