"""What the value of a flag may be, read and refused as Go's pflag and docker's own option types do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

INT64 = 1 << 63  # one past the largest value of Go's int


@dataclass(frozen=True)
class Kind:
    """How a flag's text becomes a value.

    parse raises ValueError with Go's sentence; repeats gathers the values of every occurrence in a tuple; bare is
    the text that stands for the flag without a value, None where a value is due; samples are some texts that a kind
    takes which does not take any.
    """

    label: str
    parse: Callable[[str], Any]
    text: Callable[[Any], str] = str
    repeats: bool = False
    bare: str | None = None
    samples: tuple[str, ...] = ()


def _bool(text: str) -> bool:
    if text in {"1", "t", "T", "TRUE", "true", "True"}:
        return True
    if text in {"0", "f", "F", "FALSE", "false", "False"}:
        return False
    raise ValueError(f'strconv.ParseBool: parsing "{text}": invalid syntax')


_DIGITS = re.compile(r"[+-]?(0[xX](_?[0-9a-fA-F])+|0[bB](_?[01])+|0[oO]?(_?[0-7])+|0|[1-9](_?[0-9])*)")


def _go_int(text: str, low: int, high: int, function: str = "ParseInt") -> int:
    if not _DIGITS.fullmatch(text):
        raise ValueError(f'strconv.{function}: parsing "{text}": invalid syntax')
    digits = re.sub(r"^([+-]?)0(?=[0-7_])", r"\g<1>0o", text)
    value = int(digits, 0)
    if not low <= value < high:
        raise ValueError(f'strconv.{function}: parsing "{text}": value out of range')
    return value


def _int(text: str) -> int:
    return _go_int(text, -INT64, INT64)


def _filter(text: str) -> str:
    if text == "":
        return ""
    if "=" not in text:
        raise ValueError("bad format of filter (expected name=value)")
    name, value = text.split("=", 1)
    return f"{name.strip().lower()}={value.strip()}"


BOOL = Kind("", _bool, lambda value: "true" if value else "false", bare="true")
STRING = Kind("string", str)
INT = Kind("int", _int)
STRINGS = Kind("list", str, repeats=True)
FILTER = Kind("filter", _filter, repeats=True)
