"""Go's eq, ne, lt, le, gt and ge."""

from __future__ import annotations

from commands.golang.fault import GoError
from commands.golang.reflect import concrete
from commands.golang.sprint import uncounted
from commands.golang.sprintf import sprintf
from commands.golang.value import Field, GoType, Kind, Value, boolean, string

_NUMERIC = frozenset({Kind.INT, Kind.UINT})
_ORDERED = frozenset({Kind.INT, Kind.UINT, Kind.FLOAT, Kind.STRING})
_BASIC = _ORDERED | {Kind.BOOL, Kind.COMPLEX}
_INCOMPATIBLE = "incompatible types for comparison"
_INVALID_TYPE = "invalid type for comparison"


def eq(first: Value, *others: Value) -> Value:
    """Whether the first equals any of the others."""
    if not others:
        raise GoError("missing argument for comparison")
    return boolean(any(_equal(concrete(first), concrete(each)) for each in others))


def ne(first: Value, second: Value) -> Value:
    """Whether two differ."""
    return boolean(not _equal(concrete(first), concrete(second)))


def lt(first: Value, second: Value) -> Value:
    """Whether the first is less."""
    return boolean(_less(concrete(first), concrete(second)))


def le(first: Value, second: Value) -> Value:
    """Whether the first is less or equal."""
    one, other = concrete(first), concrete(second)
    return boolean(_less(one, other) or _equal(one, other))


def gt(first: Value, second: Value) -> Value:
    """Whether the first is greater."""
    return boolean(not le(first, second).data)


def ge(first: Value, second: Value) -> Value:
    """Whether the first is greater or equal."""
    return boolean(not lt(first, second).data)


def _class(value: Value) -> Kind:
    return value.kind if value.kind in _BASIC else Kind.INVALID


def _equal(one: Value, other: Value) -> bool:
    classes = {_class(one), _class(other)}
    if classes == {Kind.INVALID}:
        return _same(one, other)
    if len(classes) == 1 or classes <= _NUMERIC:
        return bool(one.data == other.data)
    if one.valid and other.valid:
        raise GoError(_INCOMPATIBLE)
    return False


def _same(one: Value, other: Value) -> bool:
    """Whether two values beyond the basic kinds are the same."""
    if one.valid and other.valid and one.kind is not other.kind:
        raise GoError(_not_comparable(one, other))
    if _nothing(one) or _nothing(other):
        return _nothing(one) == _nothing(other)
    if not comparable(other.type):
        raise GoError(sprintf("non-comparable type %s: %v", [other, string(other.type.name)], uncounted))
    if one.kind is Kind.POINTER:
        return one.data is other.data
    return one.type.name == other.type.name and bool(one.data == other.data)


def _not_comparable(one: Value, other: Value) -> str:
    names = string(one.type.name), string(other.type.name)
    return sprintf("non-comparable types %s: %v, %s: %v", [one, names[0], names[1], other], uncounted)


def _nothing(value: Value) -> bool:
    return not value.valid or value.nil


def comparable(go_type: GoType) -> bool:
    """Whether Go compares values of a type with ==."""
    if go_type.kind in (Kind.SLICE, Kind.MAP):
        return False
    fields: tuple[Field, ...] = go_type.fields if go_type.kind is Kind.STRUCT else ()
    return all(comparable(each.type) for each in fields)


def _less(one: Value, other: Value) -> bool:
    classes = {_class(one), _class(other)}
    if Kind.INVALID in classes:
        raise GoError(_INVALID_TYPE)
    if len(classes) > 1 and not classes <= _NUMERIC:
        raise GoError(_INCOMPATIBLE)
    if not classes <= _ORDERED:
        raise GoError(_INVALID_TYPE)
    if one.kind is Kind.STRING:
        return bool(_bytes(one) < _bytes(other))
    return bool(one.data < other.data)


def _bytes(value: Value) -> bytes:
    return str(value.data).encode("utf-8", "surrogateescape")
