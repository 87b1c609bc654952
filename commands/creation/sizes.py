"""Amounts of memory such as 64m, 1.5g or "512 KiB", read as docker's go-units reads them."""

from __future__ import annotations

import math
import re

from commands.golang.quote import quote
from commands.kinds import INT64

_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}  # of 1024
_LONGEST_SUFFIX = 3  # "kib"
_DIGITS = "[0-9](?:_?[0-9])*"
_FLOAT = re.compile(rf"[+-]?(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?[0-9]{{1,9}})?")


def octets(text: str) -> int:
    """The bytes that a text says; raises ValueError in docker's words. What is too much for 64 bits is the least."""
    end = max((text.rfind(char) for char in "0123456789. "), default=-1)
    if end < 0:
        raise ValueError(f"invalid size: '{text}'")
    digits, suffix = (text[:end] if text[end] == " " else text[: end + 1]), text[end + 1 :]
    number = _number(digits)
    if number < 0:
        raise ValueError(f"invalid size: '{text}'")
    return _whole(number * _factor(suffix))


def _number(digits: str) -> float:
    if not _FLOAT.fullmatch(digits):
        raise ValueError(f"strconv.ParseFloat: parsing {quote(digits)}: invalid syntax")
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"strconv.ParseFloat: parsing {quote(digits)}: value out of range")
    return number


def _factor(suffix: str) -> int:
    if len(suffix) > _LONGEST_SUFFIX:
        raise ValueError(f"invalid suffix: '{suffix}'")
    lower = suffix.lower()
    if lower in {"", "b"}:
        return 1
    if lower[0] not in _POWERS or lower[1:] not in {"", "b", "ib"}:
        raise ValueError(f"invalid suffix: '{lower}'")
    return int(1024 ** _POWERS[lower[0]])


def _whole(number: float) -> int:
    return int(number) if number < INT64 else -INT64
