"""Go's index, slice and len."""

from __future__ import annotations

from commands.golang.fault import GoError
from commands.golang.reflect import concrete, entry, indirect, integral, item, length, part
from commands.golang.value import NILABLE, SIZED, GoType, Kind, Value

_MOST_BOUNDS = 3
_ZERO_VALUE = "reflect: call of reflect.Value.Type on zero Value"
_INDEX_NAMES = {Kind.SLICE: "slice", Kind.ARRAY: "array", Kind.STRING: "string"}


def index(first: Value, *places: Value) -> Value:
    """The element or entry found by one index after the other."""
    value = concrete(first)
    if not value.valid:
        raise GoError("index of untyped nil")
    for place in places:
        value, nil = indirect(value)
        if nil:
            raise GoError("index of nil pointer")
        value = _indexed(value, concrete(place))
    return value


def _indexed(value: Value, place: Value) -> Value:
    if value.kind in _INDEX_NAMES:
        number = _position(place, length(value))
        if number == length(value):
            raise GoError(f"reflect: {_INDEX_NAMES[value.kind]} index out of range")
        return item(value, number)
    if value.kind is Kind.MAP:
        found = entry(value, _key(place, value.type.key))
        return found if found.valid else value.type.element().zero()
    raise GoError(f"can't index item of type {value.type.name}")


def _position(place: Value, most: int) -> int:
    if not place.valid:
        raise GoError("cannot index slice/array with nil")
    if not integral(place):
        raise GoError(f"cannot index slice/array with type {place.type.name}")
    if not 0 <= place.data <= most:
        raise GoError(f"index out of range: {place.data}")
    return int(place.data)


def _key(place: Value, wanted: GoType | None) -> object:
    if wanted is None:
        return place.data
    if not place.valid and wanted.kind not in NILABLE:
        raise GoError(f"value is nil; should be of type {wanted.name}")
    if not place.type.assignable_to(wanted):
        raise GoError(f"value has type {place.type.name}; should be {wanted.name}")
    return place.data


def slice_(first: Value, *bounds: Value) -> Value:
    """A part of a string or slice."""
    value = concrete(first)
    _check_slice(value, len(bounds))
    size = length(value)
    numbers = [_position(each, size) for each in bounds]
    start, end, *rest = [*numbers, *[0, size][len(numbers) :]]
    for low, high in zip([start, end], [end, *rest], strict=False):
        if low > high:
            raise GoError(f"invalid slice index: {low} > {high}")
    return part(value, start, end)


def _check_slice(value: Value, bounds: int) -> None:
    if not value.valid:
        raise GoError("slice of untyped nil")
    if bounds > _MOST_BOUNDS:
        raise GoError(f"too many slice indexes: {bounds}")
    if value.kind not in _INDEX_NAMES:
        raise GoError(f"can't slice item of type {value.type.name}")
    if value.kind is Kind.STRING and bounds == _MOST_BOUNDS:
        raise GoError("cannot 3-index slice a string")


def len_(first: Value) -> int:
    """How many elements, entries or bytes a value has."""
    value, nil = indirect(first)
    if nil:
        raise GoError("len of nil pointer")
    if not value.valid:
        raise GoError(_ZERO_VALUE)
    if value.kind not in SIZED:
        raise GoError(f"len of type {value.type.name}")
    return length(value)
