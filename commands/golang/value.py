"""A value as Go's reflect sees it: a type and the data of that type."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Kind(Enum):
    """The kinds of reflect.Kind that occur in docker's values."""

    INVALID = auto()
    BOOL = auto()
    INT = auto()
    UINT = auto()
    FLOAT = auto()
    COMPLEX = auto()
    STRING = auto()
    SLICE = auto()
    ARRAY = auto()
    MAP = auto()
    STRUCT = auto()
    POINTER = auto()
    INTERFACE = auto()
    REFLECT = auto()  # a parameter that takes the value as it is, without reducing it to an interface


NILABLE = frozenset({Kind.SLICE, Kind.MAP, Kind.POINTER, Kind.INTERFACE})
SEQUENCES = frozenset({Kind.SLICE, Kind.ARRAY})
SIZED = SEQUENCES | {Kind.MAP, Kind.STRING}


@dataclass(frozen=True)
class Field:
    """A struct's field: its Go name, its type and how encoding/json treats it."""

    name: str
    type: GoType
    key: str = ""
    omitempty: bool = False
    embedded: bool = False


@dataclass(frozen=True)
class Func:
    """A function or method that a template can call; a variadic one repeats its last parameter.

    A metered one is handed first what counts its steps as it works.
    """

    params: tuple[GoType, ...]
    call: Callable[..., Value]
    variadic: bool = False
    metered: bool = False


@dataclass(frozen=True, eq=False)
class GoType:
    """A Go type; `plain` is the name of its underlying type, equal to `name` for types without a name."""

    name: str
    kind: Kind
    plain: str = ""
    elem: GoType | None = None
    key: GoType | None = None
    fields: tuple[Field, ...] = ()
    methods: Mapping[str, Func] = field(default_factory=dict)
    text: Callable[[Any], str] | None = None  # the String method
    json: Callable[[Any], str] | None = None  # the MarshalJSON method
    literal: Callable[[Any], str] | None = None  # the GoString method
    bits: int = 64
    size: int = 0  # of an array

    def assignable_to(self, other: GoType) -> bool:
        """Whether Go's assignment takes a value of this type for one of the other."""
        if other.kind is Kind.INTERFACE or self.name == other.name:
            return True
        unnamed = {self.name, other.name} & {self.plain, other.plain}
        return self.plain == other.plain and bool(self.plain) and bool(unnamed) and self.elem is not None

    def path(self, name: str) -> tuple[int, ...] | None:
        """The way to a field, through embedded structs where needed; None if there is no such field."""
        return _path(self, name)

    def element(self) -> GoType:
        """The type that this one points to, holds or repeats."""
        return self.elem or ANY

    def zero(self) -> Value:
        """The type's zero value."""
        return Value(self, zero_data(self))


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """Data of a type; the data of a pointer is what it points to, the data of a struct a tuple of its fields'."""

    type: GoType
    data: Any

    @property
    def kind(self) -> Kind:
        """The kind of the value's type."""
        return self.type.kind

    @property
    def valid(self) -> bool:
        """Whether there is a value at all."""
        return self.type.kind is not Kind.INVALID

    @property
    def nil(self) -> bool:
        """Whether this is a nil pointer, slice, map or interface."""
        return self.type.kind in NILABLE and self.data is None


@lru_cache(maxsize=1024)
def _path(struct: GoType, name: str) -> tuple[int, ...] | None:
    for place, each in enumerate(struct.fields):
        if each.name == name:
            return (place,)
    for place, each in enumerate(struct.fields):
        inner = each.type.elem if each.type.kind is Kind.POINTER else each.type
        if each.embedded and inner is not None and (rest := inner.path(name)) is not None:
            return (place, *rest)
    return None


_ZEROS: dict[Kind, Any] = {
    Kind.BOOL: False,
    Kind.INT: 0,
    Kind.UINT: 0,
    Kind.FLOAT: 0.0,
    Kind.COMPLEX: 0j,
    Kind.STRING: "",
}


def zero_data(go_type: GoType) -> Any:
    """The data of a type's zero value."""
    if go_type.kind is Kind.STRUCT and go_type.fields:
        return tuple(zero_data(each.type) for each in go_type.fields)
    if go_type.kind is Kind.ARRAY:
        return [zero_data(go_type.element())] * go_type.size
    return _ZEROS.get(go_type.kind)


def basic(name: str, kind: Kind, bits: int = 64) -> GoType:
    """A type that Go predeclares."""
    return GoType(name, kind, name, bits=bits)


def slice_of(elem: GoType, name: str = "") -> GoType:
    """The type of a slice, under a name of its own if it has one."""
    plain = f"[]{elem.name}"
    return GoType(name or plain, Kind.SLICE, plain, elem)


def map_of(key: GoType, elem: GoType, name: str = "") -> GoType:
    """The type of a map, under a name of its own if it has one."""
    plain = f"map[{key.name}]{elem.name}"
    return GoType(name or plain, Kind.MAP, plain, elem, key)


def pointer_to(elem: GoType) -> GoType:
    """The type of a pointer."""
    return GoType(f"*{elem.name}", Kind.POINTER, f"*{elem.name}", elem)


BOOL = basic("bool", Kind.BOOL)
INT = basic("int", Kind.INT)
UINT8 = basic("uint8", Kind.UINT, 8)
FLOAT64 = basic("float64", Kind.FLOAT)
COMPLEX128 = basic("complex128", Kind.COMPLEX)
STRING = basic("string", Kind.STRING)
ANY = basic("interface {}", Kind.INTERFACE)
REFLECT = basic("reflect.Value", Kind.REFLECT)
NUMBER = GoType("json.Number", Kind.STRING, "string", text=str)
STRINGS = slice_of(STRING)
LIST = slice_of(ANY)
OBJECT = map_of(STRING, ANY)
STRING_MAP = map_of(STRING, STRING)

INVALID = Value(basic("invalid", Kind.INVALID), None)
MISSING = Value(basic("template.missingValType", Kind.STRUCT), None)  # no value came down the pipeline
NIL = Value(ANY, None)


def string(text: str) -> Value:
    """A Go string; bytes that are no UTF-8 are lone surrogates in it, as Python's surrogateescape makes them."""
    return Value(STRING, text)


def integer(number: int) -> Value:
    """A Go int."""
    return Value(INT, number)


def boolean(truth: bool) -> Value:
    """A Go bool."""
    return Value(BOOL, truth)


def octets(text: str) -> bytes:
    """The bytes of a Go string."""
    return text.encode("utf-8", "surrogateescape")


def from_octets(raw: bytes) -> str:
    """The Go string of these bytes."""
    return raw.decode("utf-8", "surrogateescape")
