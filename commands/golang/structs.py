"""Decoded JSON given the types that docker 28 gives it."""

from __future__ import annotations

import re
from base64 import b64decode
from functools import cache
from typing import TYPE_CHECKING, Any

from commands.golang import apitypes, swarmtypes
from commands.golang.methods import JSONS, METHODS, TEXTS
from commands.golang.moment import DURATION, TIME
from commands.golang.value import (
    ANY,
    BOOL,
    FLOAT64,
    INT,
    LIST,
    OBJECT,
    STRING,
    UINT8,
    Field,
    GoType,
    Kind,
    Value,
    basic,
    pointer_to,
    zero_data,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from commands.golang.row import Row

ROOTS = {
    "container": "container.InspectResponse",
    "image": "image.InspectResponse",
    "network": "network.Inspect",
    "volume": "volume.Volume",
    "service": "swarm.Service",
    "node": "swarm.Node",
    "task": "swarm.Task",
    "secret": "swarm.Secret",
    "config": "swarm.Config",
    "plugin": "types.Plugin",
    "info": "system.dockerInfo",
    "version": "system.versionInfo",
    "event": "events.Message",
    "any event": "*events.Message",
    "publishers": "api.PortPublishers",
}
_PREDECLARED = {
    "any": ANY,
    "bool": BOOL,
    "int": INT,
    "string": STRING,
    "float64": FLOAT64,
    "float32": basic("float32", Kind.FLOAT, 32),
    "uint8": UINT8,
    "int64": basic("int64", Kind.INT),
    "uint": basic("uint", Kind.UINT),
    "uint16": basic("uint16", Kind.UINT, 16),
    "uint32": basic("uint32", Kind.UINT, 32),
    "uint64": basic("uint64", Kind.UINT),
    "struct{}": GoType("struct {}", Kind.STRUCT, "struct {}"),
    "time.Time": TIME,
    "time.Duration": DURATION,
}
_ACCEPTED: dict[Kind, tuple[type, ...]] = {
    Kind.BOOL: (bool,),
    Kind.INT: (int,),
    Kind.UINT: (int,),
    Kind.FLOAT: (int, float),
    Kind.STRING: (str,),
    Kind.MAP: (dict,),
    Kind.SLICE: (list,),
    Kind.ARRAY: (list,),
    Kind.STRUCT: (dict,),
}


def typed(kind: str, raw: Any) -> Value:
    """An answer of the engine, or a part of one, as what docker's inspect, or compose, decodes this kind into."""
    go_type = named(ROOTS[kind])
    return Value(go_type, _decoded(go_type, raw))


@cache
def named(name: str) -> GoType:
    """The Go type of this name, a composite one written as Go writes it."""
    if name in _PREDECLARED:
        return _PREDECLARED[name]
    if name.startswith("*"):
        return pointer_to(named(name[1:]))
    if found := re.fullmatch(r"map\[([^]]*)\](.+)", name):
        key, elem = named(found[1]), named(found[2])
        plain = f"map[{key.name}]{elem.name}"
        return GoType(plain, Kind.MAP, plain, elem, key)
    if found := re.fullmatch(r"\[(\d*)\](.+)", name):
        elem = named(found[2])
        plain = f"[{found[1]}]{elem.name}"
        return GoType(plain, Kind.ARRAY if found[1] else Kind.SLICE, plain, elem, size=int(found[1] or 0))
    return _declared(name)


def _declared(name: str) -> GoType:
    definition = _definitions()[name]
    methods, text, json = METHODS.get(name, {}), TEXTS.get(name), JSONS.get(name)
    if len(definition) == 1 and ":" not in definition[0] and not definition[0].startswith("+"):
        base = named(definition[0])
        return GoType(name, base.kind, base.plain, base.elem, base.key, methods=methods, text=text, bits=base.bits)
    fields = tuple(field for word in definition for field in _fields(word))
    return GoType(name, Kind.STRUCT, name, fields=fields, methods=methods, text=text, json=json)


@cache
def _definitions() -> dict[str, list[str]]:
    lines = re.sub(r",\n", ",", apitypes.TYPES + swarmtypes.TYPES).replace("\n ", " ").splitlines()
    return {name: definition for name, *definition in (line.split() for line in lines if line)}


def _fields(word: str) -> Iterator[Field]:
    if word.startswith("+"):
        go_type = named(word[1:])
        yield Field(go_type.name.rpartition(".")[2], go_type, embedded=True)
        return
    names, _, type_name = word.partition(":")
    go_type = named(type_name.rstrip("?"))
    for each in names.split(","):
        name, _, key = each.partition("=")
        yield Field(name, go_type, "" if key == "-" else key or name, omitempty=type_name.endswith("?"))


def _decoded(go_type: GoType, raw: Any) -> Any:
    """The data of a type; its zero where the engine sends null or something else than docker expects."""
    if go_type.kind is Kind.INTERFACE:
        return _loose(raw)
    if go_type.kind is Kind.POINTER:
        return None if raw is None else _decoded(go_type.element(), raw)
    if go_type is TIME:
        return raw
    if isinstance(raw, str) and go_type.kind is Kind.SLICE:
        raw = _from_text(go_type, raw)
    if not isinstance(raw, _ACCEPTED.get(go_type.kind, ())):
        return zero_data(go_type)
    return _composite(go_type, raw)


def _from_text(go_type: GoType, text: str) -> list[Any] | None:
    """What a string stands for where a list is expected: bytes in base64, or a command of one word."""
    if go_type.elem is UINT8:
        return list(_bytes(text))
    return [text] if go_type.name == "strslice.StrSlice" else None


def _bytes(text: str) -> bytes:
    """The bytes that a text in base64 stands for; its own where something in it was masked."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return text.encode()


def _composite(go_type: GoType, raw: Any) -> Any:
    match go_type.kind:
        case Kind.SLICE | Kind.ARRAY:
            return [_decoded(go_type.element(), each) for each in raw]
        case Kind.MAP:
            return {key: _decoded(go_type.element(), each) for key, each in raw.items()}
        case Kind.STRUCT:
            return _struct(go_type, {key.lower(): each for key, each in raw.items()})
        case _:
            return raw


def _struct(go_type: GoType, raw: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(
        _struct(field.type.elem or field.type, raw)
        if field.embedded
        else _decoded(field.type, raw.get(field.key.lower()))
        for field in go_type.fields
    )


def _loose(raw: Any) -> Value | None:
    """JSON decoded into an interface, its numbers floats."""
    match raw:
        case None:
            return None
        case bool():
            return Value(BOOL, raw)
        case int() | float():
            return Value(FLOAT64, float(raw))
        case str():
            return Value(STRING, raw)
        case dict():
            return Value(OBJECT, {key: _loose(each) for key, each in raw.items()})
        case _:
            return Value(LIST, [_loose(each) for each in raw])


def slice_of_rows(name: str, rows: Iterable[Row]) -> Value:
    """Rows as a Go slice of pointers to the struct of this name."""
    struct = GoType(name, Kind.STRUCT, name)
    pointer = GoType(f"*{name}", Kind.POINTER, f"*{name}", struct)
    plain = f"[]*{name}"
    return Value(GoType(plain, Kind.SLICE, plain, pointer), list(rows))


def struct_of(name: str, parts: Mapping[str, Value]) -> Value:
    """A Go pointer to a struct of this name with these fields, in their order."""
    fields = tuple(Field(each, part.type, each) for each, part in parts.items())
    struct = GoType(name, Kind.STRUCT, name, fields=fields)
    return Value(GoType(f"*{name}", Kind.POINTER, f"*{name}", struct), tuple(part.data for part in parts.values()))
