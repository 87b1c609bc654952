"""The constants of a template as Go values, with and without a type that is wanted."""

from __future__ import annotations

from commands.golang import nodes
from commands.golang.value import COMPLEX128, FLOAT64, Kind, Value, integer

EXPECTED = {
    Kind.BOOL: "bool",
    Kind.STRING: "string",
    Kind.INT: "integer",
    Kind.UINT: "unsigned integer",
    Kind.FLOAT: "float",
    Kind.COMPLEX: "complex",
}
_FLOAT_MARKS, _HEX_FLOAT_MARKS = frozenset(".eEpP"), frozenset("pP")


def ideal(numeral: nodes.Numeral) -> Value | None:
    """A number where nothing says which type it should have; None if it overflows int."""
    number, text = numeral.number, numeral.text
    if number.complex is not None:
        return Value(COMPLEX128, number.complex)
    if number.real is not None and _looks_real(text):
        return Value(FLOAT64, number.real)
    return None if number.integer is None else integer(number.integer)


def _looks_real(text: str) -> bool:
    if text.startswith("'"):
        return False
    marks = _HEX_FLOAT_MARKS if text[:2] in ("0x", "0X") else _FLOAT_MARKS
    return bool(marks & set(text))


def reading(kind: Kind, node: nodes.Node) -> object:
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
