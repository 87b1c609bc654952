"""encoding/json's Encoder on Go values, without HTML escapes as docker's json function sets it."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import TYPE_CHECKING

from commands.golang.digits import plain, shortest
from commands.golang.fault import GoError
from commands.golang.reflect import concrete, entries, from_python, item, length, pointee
from commands.golang.row import Row
from commands.golang.state import COPIED_PER_STEP
from commands.golang.value import NUMBER, UINT8, Kind, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from commands.golang.sprint import Charge

_PLAIN_FROM, _PLAIN_TO = 1e-6, 1e21  # encoding/json: beyond these a float has an exponent
_PIECE_STEPS = 2  # what a name or a value costs
_SPECIAL = re.compile("[\u2028\u2029\udc80-\udcff]")
_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
_REPLACED = {"\u2028": "\\u2028", "\u2029": "\\u2029"}


def marshal(value: Value, charge: Charge) -> str:
    """The value as JSON on one line."""
    return "".join(_metered(_encoded(value), charge))


def _metered(pieces: Iterator[str], charge: Charge) -> Iterator[str]:
    for piece in pieces:
        charge(_PIECE_STEPS + len(piece) // COPIED_PER_STEP)
        yield piece


def _encoded(value: Value) -> Iterator[str]:
    value = concrete(value)
    if isinstance(value.data, Row):
        yield from _row(value.data)
        return
    if value.kind is Kind.POINTER and value.data is not None:
        yield from _encoded(pointee(value))
        return
    if value.type.json is not None:
        yield value.type.json(value.data)
        return
    if value.data is None:
        yield "null"
        return
    if value.kind in _COMPOSITES:
        yield from _COMPOSITES[value.kind](value)
        return
    yield _scalar(value)


def _scalar(value: Value) -> str:
    match value.kind:
        case Kind.BOOL:
            return "true" if value.data else "false"
        case Kind.FLOAT:
            return _float(value.data)
        case Kind.COMPLEX:
            raise GoError(f"json: unsupported type: {value.type.name}")
        case Kind.STRING if value.type is not NUMBER:
            return text(value.data)
        case _:
            return str(value.data)


def _float(number: float) -> str:
    sign = "-" if number < 0 else ""
    if number == 0 or _PLAIN_FROM <= abs(number) < _PLAIN_TO:
        return sign + plain(abs(number))
    return sign + shortest(abs(number)).replace("e-0", "e-")


def text(content: str) -> str:
    """A string as JSON, non-ASCII as it is."""
    return _SPECIAL.sub(_special, json.dumps(content, ensure_ascii=False))


def _special(found: re.Match[str]) -> str:
    return _REPLACED.get(found[0], "\\ufffd")


def _object(members: Iterator[tuple[str, Value]]) -> Iterator[str]:
    mark = "{"
    for name, value in members:
        yield f"{mark}{text(name)}:"
        yield from _encoded(value)
        mark = ","
    yield "{}" if mark == "{" else "}"


def _map(value: Value) -> Iterator[str]:
    return _object((str(key.data), held) for key, held in entries(value))


def _list(value: Value) -> Iterator[str]:
    if value.type.elem is UINT8:
        yield f'"{b64encode(bytes(value.data)).decode()}"'
        return
    yield "["
    for place in range(length(value)):
        yield "," if place else ""
        yield from _encoded(item(value, place))
    yield "]"


def _struct(value: Value) -> Iterator[str]:
    return _object(_members(value))


def _members(value: Value) -> Iterator[tuple[str, Value]]:
    for field, data in zip(value.type.fields, value.data, strict=True):
        member = Value(field.type, data)
        if field.embedded:
            yield from _embedded(member)
        elif field.key and not (field.omitempty and _empty(member)):
            yield field.key, member


def _embedded(member: Value) -> Iterator[tuple[str, Value]]:
    if member.kind is Kind.POINTER and not member.nil:
        member = pointee(member)
    if not member.nil:
        yield from _members(member)


def _empty(value: Value) -> bool:
    if value.kind in (Kind.POINTER, Kind.INTERFACE):
        return value.data is None
    return value.kind is not Kind.STRUCT and not value.data


def _row(row: Row) -> Iterator[str]:
    """A row's fields by name; docker escapes HTML here, for rows marshal themselves."""
    members = ((name, from_python(held)) for name, held in row.fields())
    for piece in _object(members):
        yield re.sub("[<>&]", lambda found: _HTML[found[0]], piece)


_COMPOSITES: dict[Kind, Callable[[Value], Iterator[str]]] = {
    Kind.MAP: _map,
    Kind.SLICE: _list,
    Kind.ARRAY: _list,
    Kind.STRUCT: _struct,
}
