"""Numbers that Go's other types hold: without a sign, fractions of a processor."""

from __future__ import annotations

import re
from fractions import Fraction

from commands import kinds
from commands.kinds import INT64

_NANO = 10**9
_RATIO = re.compile(r"[+-]?[0-9][0-9_]*/[0-9][0-9_]*")
_EXPONENT = "[+-]?[0-9]{1,3}"
_DECIMAL = re.compile(rf"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]{_EXPONENT})?)(?:[pP]({_EXPONENT}))?")
_HEX = re.compile(rf"[+-]?0[xX][0-9a-fA-F_]+(\.[0-9a-fA-F_]*)?([pP]{_EXPONENT})?")
_LONGEST = 100  # characters of a fraction; longer ones only keep the reader busy


def unsigned(text: str, end: int = INT64) -> int:
    """A whole number below the end; raises ValueError with Go's sentence."""
    if text[:1] in {"+", "-"}:
        raise ValueError(f'strconv.ParseUint: parsing "{text}": invalid syntax')
    try:
        value = int(kinds.INT.parse(text))
    except ValueError as error:
        raise ValueError(str(error).replace("ParseInt", "ParseUint")) from None
    if value >= end:
        raise ValueError(f'strconv.ParseUint: parsing "{text}": value out of range')
    return value


def decimal_unsigned(text: str, end: int) -> int:
    """The same in decimal digits alone, as for ports, weights and rates."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f'strconv.ParseUint: parsing "{text}": invalid syntax')
    digits = text.lstrip("0") or "0"
    if len(digits) > len(str(end)) or int(digits) >= end:
        raise ValueError(f'strconv.ParseUint: parsing "{text}": value out of range')
    return int(digits)


def decimal(text: str) -> int:
    """A whole number of 64 bits in decimal digits, with or without a sign; raises ValueError with Go's sentence."""
    if not re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII):
        raise ValueError(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    digits = text.lstrip("+-0") or "0"
    if len(digits) > len(str(INT64)) or not -INT64 <= int(text) < INT64:
        raise ValueError(f'strconv.ParseInt: parsing "{text}": value out of range')
    return int(text)


def nano_cpus(text: str) -> int:
    """Billionths of a processor for 1.5, 1/2 or 5e-1; raises ValueError in docker's words."""
    nano = _fraction(text) * _NANO
    if nano.denominator != 1:
        raise ValueError("value is too precise")
    return (nano.numerator + INT64) % (2 * INT64) - INT64


def _fraction(text: str) -> Fraction:
    try:
        return _read(text)
    except (ValueError, ArithmeticError):
        raise ValueError(f"failed to parse {text} as a rational number") from None


def _read(text: str) -> Fraction:
    plain = text.replace("_", "")
    if len(text) > _LONGEST:
        raise ValueError(text)
    if _RATIO.fullmatch(text):
        return Fraction(plain)
    if _HEX.fullmatch(text):
        return Fraction(float.fromhex(plain))
    found = _DECIMAL.fullmatch(plain)
    if found is None or text.startswith("_"):
        raise ValueError(text)
    return Fraction(found[1]) * Fraction(2) ** int(found[2] or 0)
