"""What Go's reflect does with values: look inside interfaces and pointers, index, walk maps in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from commands.golang.value import (
    ANY,
    BOOL,
    FLOAT64,
    INT,
    INVALID,
    LIST,
    NUMBER,
    OBJECT,
    STRING,
    STRING_MAP,
    STRINGS,
    UINT8,
    Kind,
    Value,
    from_octets,
    octets,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def concrete(value: Value) -> Value:
    """What an interface holds, INVALID if it holds nothing; any other value as it is."""
    if value.kind is not Kind.INTERFACE:
        return value
    if value.data is None:
        return INVALID
    return value.data if isinstance(value.data, Value) else from_json(value.data)


def pointee(value: Value) -> Value:
    """What a pointer that is not nil points to."""
    return Value(value.type.element(), value.data)


def indirect(value: Value) -> tuple[Value, bool]:
    """The value behind all pointers and interfaces, and whether that way ends at a nil."""
    while value.kind in (Kind.POINTER, Kind.INTERFACE):
        if value.data is None:
            return value, True
        value = pointee(value) if value.kind is Kind.POINTER else concrete(value)
    return value, False


def from_json(data: Any) -> Value:
    """A value out of decoded JSON, its numbers kept as text as docker's decoder keeps them."""
    match data:
        case None:
            return INVALID
        case bool():
            return Value(BOOL, data)
        case int() | float():
            return Value(NUMBER, number_text(data))
        case str():
            return Value(STRING, data)
        case dict():
            return Value(OBJECT, data)
        case _:
            return Value(LIST, data if isinstance(data, list) else list(data))


def number_text(number: float) -> str:
    """A number as Go's JSON encoder writes it."""
    if isinstance(number, int) or (abs(number) < 1e21 and number == int(number)):  # noqa: PLR2004 (encoding/json's bound)
        return str(int(number))
    return repr(number).replace("e-0", "e-")


def from_python(data: Any) -> Value:
    """A value that a caller hands over: Go's int for an int, a slice or map of strings where all are strings."""
    match data:
        case Value():
            return data
        case int() if not isinstance(data, bool):
            return Value(INT, data)
        case float():
            return Value(FLOAT64, data)
        case list() | tuple() if data and all(isinstance(each, str) for each in data):
            return Value(STRINGS, list(data))
        case dict() if data and all(isinstance(each, str) for each in data.values()):
            return Value(STRING_MAP, data)
        case _:
            return from_json(data)


def length(value: Value) -> int:
    """How many elements, entries or bytes a value has."""
    if value.data is None:
        return 0
    return len(octets(value.data)) if value.kind is Kind.STRING else len(value.data)


def item(value: Value, place: int) -> Value:
    """The element at a place that exists; a byte of a string."""
    if value.kind is Kind.STRING:
        return Value(UINT8, octets(value.data)[place])
    return Value(value.type.element(), value.data[place])


def part(value: Value, start: int, end: int) -> Value:
    """The elements or bytes from start to before end."""
    if value.kind is Kind.STRING:
        return Value(value.type, from_octets(octets(value.data)[start:end]))
    return Value(value.type, (value.data or [])[start:end])


def entry(value: Value, key: Any) -> Value:
    """The map's entry under a key, INVALID if there is none."""
    if value.data is None or key not in value.data:
        return INVALID
    return Value(value.type.element(), value.data[key])


def entries(value: Value) -> Iterator[tuple[Value, Value]]:
    """A map's entries in the order of their keys, strings by their bytes."""
    key_type, elem = value.type.key or ANY, value.type.element()
    data = value.data or {}
    for key in sorted(data, key=lambda each: octets(each) if isinstance(each, str) else each):
        yield Value(key_type, key), Value(elem, data[key])


def truth(value: Value) -> bool:
    """Whether a value counts as true: not the zero of its type; a struct always does."""
    match value.kind:
        case Kind.INVALID:
            return False
        case Kind.STRUCT:
            return True
        case Kind.POINTER | Kind.INTERFACE:
            return value.data is not None
        case _:
            return bool(value.data)


def integral(value: Value) -> bool:
    """Whether a value is of one of Go's integer types."""
    return value.kind in (Kind.INT, Kind.UINT)
