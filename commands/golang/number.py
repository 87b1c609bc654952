"""The number literals of a template, read as Go reads constants that have no type yet."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from commands.golang.quote import quote, unquote_char

INT64_MIN, INT64_END, UINT64_END = -(2**63), 2**63, 2**64
_INTEGER = re.compile(
    r"(?P<sign>[+-]?)(?:0[xX](?P<hex>(?:_?[0-9a-fA-F])+)|0[bB](?P<bin>(?:_?[01])+)"
    r"|0[oO]?(?P<oct>(?:_?[0-7])+)|(?P<dec>0|[1-9](?:_?[0-9])*))"
)
_DIGITS = r"[0-9]++(?:_[0-9]++)*"
_DECIMAL_FLOAT = re.compile(
    rf"[+-]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?"  # unambiguous: in linear time
)
_HEX_FLOAT = re.compile(r"[+-]?0[xX](?:_?[0-9a-fA-F])*(?:\.[0-9a-fA-F]*+(?:_[0-9a-fA-F]++)*)?[pP][+-]?[0-9]+")
_FLOAT_MARKS = frozenset(".eEpP")
_MOST_DIGITS = 64  # of an integer that fits, in whatever base; Python reads no more than 4300
_BASES = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}


class NumberSyntaxError(ValueError):
    """A number that Go does not accept, in Go's words."""


@dataclass(frozen=True)
class Number:
    """A constant: each reading is None where the literal cannot be read that way."""

    integer: int | None = None  # within int64
    unsigned: int | None = None  # within uint64
    real: float | None = None
    complex: complex | None = None


def character(literal: str) -> Number:
    """The constant of a character literal; NumberSyntaxError or QuoteError if it is none."""
    code = unquote_char(literal)
    if code is None:
        raise NumberSyntaxError(f"malformed character constant: {literal}")
    return Number(code, code, float(code))


def number(text: str) -> Number:
    """The constant of a number literal; NumberSyntaxError if it is none."""
    if text.endswith("i") and (imaginary := _float(text[:-1])) is not None:
        return _complex(complex(0, imaginary))
    if (whole := _integer(text)) is not None and INT64_MIN <= whole < UINT64_END:
        return _whole(text, whole)
    return _real(text)


def complex_number(text: str) -> Number:
    """The constant of a literal such as 1+2i; NumberSyntaxError if it is none."""
    middle = max(text.rfind("+"), text.rfind("-"))
    if text[middle - 1] in "eEpP":
        middle = max(text.rfind("+", 0, middle), text.rfind("-", 0, middle))
    real, imaginary = _float(text[:middle]), _float(text[middle:-1])
    if real is None or imaginary is None:
        raise NumberSyntaxError("syntax error scanning complex number")
    return _complex(complex(real, imaginary))


def _integer(text: str) -> int | None:
    found = _INTEGER.fullmatch(text)
    if not found:
        return None
    base = next(each for each in _BASES if found[each] is not None)
    digits = found[base].replace("_", "").lstrip("0")
    if len(digits) > _MOST_DIGITS:
        return None
    magnitude = int(digits or "0", _BASES[base])
    return -magnitude if found["sign"] == "-" else magnitude


def _whole(text: str, whole: int) -> Number:
    unsigned = whole if whole == 0 or text[0] not in "+-" else None
    if whole >= INT64_END and unsigned is None:
        raise NumberSyntaxError(f"integer overflow: {quote(text)}")
    return Number(whole if whole < INT64_END else None, unsigned, float(whole))


def _real(text: str) -> Number:
    value = _float(text)
    if value is None:
        raise NumberSyntaxError(f"illegal number syntax: {quote(text)}")
    if not _FLOAT_MARKS & set(text):
        raise NumberSyntaxError(f"integer overflow: {quote(text)}")
    return Number(_exact(value, INT64_MIN, INT64_END), _exact(value, 0, UINT64_END), value)


def _complex(value: complex) -> Number:
    if value.imag:
        return Number(complex=value)
    real = value.real
    return Number(_exact(real, INT64_MIN, INT64_END), _exact(real, 0, UINT64_END), real, value)


def _exact(value: float, low: int, end: int) -> int | None:
    return int(value) if low <= value < end and value == int(value) else None


def _float(text: str) -> float | None:
    digits = text.replace("_", "")
    try:
        if _HEX_FLOAT.fullmatch(text):
            value = float.fromhex(digits)
        elif _DECIMAL_FLOAT.fullmatch(text):
            value = float(digits)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return None if math.isinf(value) else value
