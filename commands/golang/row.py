"""A row of a list as docker's formatters see it: fields by name, some computed, some asking for an argument."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from types import FunctionType, MethodType
from typing import TYPE_CHECKING

from commands.golang.reflect import from_python
from commands.golang.value import STRING, STRING_MAP, Func, GoType, Kind, Value, string

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Row:
    """What one row offers: values, functions without an argument for lazy values, and functions of strings."""

    type_name: str  # as Go names it: *formatter.ContainerContext
    methods: Mapping[str, object]

    def method(self, name: str) -> Func | None:
        """The method that computes a field, None if there is no such field."""
        if name not in self.methods:
            return None
        held = self.methods[name]
        return Func((STRING,) * _arity(held), partial(_call, held))

    def lazy(self, name: str) -> str | None:
        """The text of a field that is computed without an argument; None where it is no such field, or no text."""
        held = self.methods.get(name)
        value = held() if callable(held) and not _arity(held) else None
        return value if isinstance(value, str) else None

    def fields(self) -> Iterator[tuple[str, object]]:
        """The fields that need no argument, computed, in the order of their names."""
        for name in sorted(self.methods):
            held = self.methods[name]
            if not _arity(held):
                yield name, held() if callable(held) else held

    def value(self) -> Value:
        """The row as a Go pointer to a struct."""
        struct = GoType(self.type_name.lstrip("*"), Kind.STRUCT)
        return Value(GoType(self.type_name, Kind.POINTER, self.type_name, struct), self)


@dataclass(frozen=True)
class Header:
    """The names of a table's columns, as docker puts them through the same template."""

    names: Mapping[str, str]

    def value(self) -> Value:
        """The header as Go's map with a method that names the column of a label."""
        methods = {"Label": Func((STRING,), _label)}
        plain = STRING_MAP.plain
        go_type = GoType("formatter.SubHeaderContext", Kind.MAP, plain, STRING, STRING, methods=methods)
        return Value(go_type, dict(self.names))


def _arity(held: object) -> int:
    """How many arguments a function asks for; a parameter with a default is none that a template gives."""
    if not isinstance(held, (FunctionType, MethodType)):
        return 0
    return held.__code__.co_argcount - len(held.__defaults__ or ()) - isinstance(held, MethodType)


def _call(held: object, *args: Value) -> Value:
    return from_python(held(*(each.data for each in args)) if callable(held) else held)


def _label(_header: Value, name: Value) -> Value:
    last = name.data.rsplit(".", 1)[-1]
    return string(last.replace("-", " ").replace("_", " "))
