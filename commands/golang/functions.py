"""The functions that a template can call: Go's own, docker's, and docker's for a table's header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.golang import compare, escape
from commands.golang.fault import GoError, LimitError
from commands.golang.indexing import index, len_, slice_
from commands.golang.jsonenc import marshal
from commands.golang.reflect import concrete, truth
from commands.golang.sprint import SIZE_LIMIT, printable, sprint, sprintln
from commands.golang.sprintf import sprintf
from commands.golang.state import PASSED_PER_STEP, READ_PER_STEP
from commands.golang.value import (
    ANY,
    INT,
    REFLECT,
    STRING,
    STRINGS,
    Func,
    Value,
    boolean,
    from_octets,
    integer,
    octets,
    string,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from commands.golang.sprint import Charge

PIECES_LIMIT = 100_000  # what split may make of one text


def _not(value: Value) -> Value:
    return boolean(not truth(concrete(value)))


def _call(name: str, func: Value, *_args: Value) -> Value:
    func = concrete(func)
    if not func.valid:
        raise GoError("call of nil")
    raise GoError(f"non-function {name} of type {func.type.name}")


def _escaping(escaped: Callable[[str], str]) -> Func:
    def call(charge: Charge, *args: Value) -> Value:
        """The text of the arguments, pointers followed, escaped."""
        text = sprint([printable(concrete(each)) for each in args], charge)
        charge(len(text) // READ_PER_STEP)
        return string(escaped(text))

    return Func((ANY,), call, variadic=True, metered=True)


def _printing(printed: Callable[[tuple[Value, ...], Charge], str]) -> Func:
    return Func((ANY,), lambda charge, *args: string(printed(args, charge)), variadic=True, metered=True)


def _printf(charge: Charge, form: Value, *args: Value) -> Value:
    return string(sprintf(form.data, args, charge))


def _json(charge: Charge, value: Value) -> Value:
    return string(marshal(value, charge))


def _split(text: Value, separator: Value) -> Value:
    pieces = text.data.split(separator.data, PIECES_LIMIT) if separator.data else list(text.data)
    if len(pieces) > PIECES_LIMIT:
        raise LimitError
    return Value(STRINGS, pieces)


def _join(charge: Charge, texts: Value, separator: Value) -> Value:
    pieces = texts.data or []
    charge(len(pieces) // PASSED_PER_STEP)
    if sum(map(len, pieces)) + len(pieces) * len(separator.data) > SIZE_LIMIT:
        raise LimitError
    return string(separator.data.join(pieces))


def _mapped(change: Callable[[str], str]) -> Callable[[Value], Value]:
    """A change of each character for itself, as Go's unicode tables know no longer ones."""

    def changed(text: Value) -> Value:
        pairs = ((each, change(each)) for each in text.data)
        return string("".join(new if len(new) == 1 else old for old, new in pairs))

    return changed


def _title(text: Value) -> Value:
    previous = [" ", *text.data[:-1]]
    pairs = zip(previous, text.data, strict=False)
    return string("".join(_titled(char) if _separates(before) else char for before, char in pairs))


def _titled(char: str) -> str:
    return title if len(title := char.title()) == 1 else char


def _separates(char: str) -> bool:
    if char.isascii():
        return not (char.isalnum() or char == "_")
    return char.isspace()


def _pad(text: Value, before: Value, after: Value) -> Value:
    if not text.data:
        return text
    if before.data < 0 or after.data < 0:
        raise GoError("strings: negative Repeat count")
    if before.data + after.data > SIZE_LIMIT:
        raise LimitError
    return string(" " * before.data + text.data + " " * after.data)


def _truncate(text: Value, length: Value) -> Value:
    if length.data < 0:
        raise GoError(f"runtime error: slice bounds out of range [:{length.data}]")
    return string(from_octets(octets(text.data)[: length.data]))


def _unchanged(text: Value, *_args: Value) -> Value:
    return text


_PAIR = (REFLECT, REFLECT)
_ANY_NUMBER = (REFLECT, REFLECT)
BUILTINS = {
    "and": Func(_ANY_NUMBER, _unchanged, variadic=True),
    "or": Func(_ANY_NUMBER, _unchanged, variadic=True),
    "call": Func(_ANY_NUMBER, _call, variadic=True),
    "not": Func((REFLECT,), _not),
    "index": Func(_ANY_NUMBER, index, variadic=True),
    "slice": Func(_ANY_NUMBER, slice_, variadic=True),
    "len": Func((REFLECT,), lambda value: integer(len_(value))),
    "print": _printing(sprint),
    "println": _printing(sprintln),
    "printf": Func((STRING, ANY), _printf, variadic=True, metered=True),
    "html": _escaping(escape.html),
    "js": _escaping(escape.script),
    "urlquery": _escaping(escape.query),
    "eq": Func(_ANY_NUMBER, compare.eq, variadic=True),
    "ne": Func(_PAIR, compare.ne),
    "lt": Func(_PAIR, compare.lt),
    "le": Func(_PAIR, compare.le),
    "gt": Func(_PAIR, compare.gt),
    "ge": Func(_PAIR, compare.ge),
}
FUNCTIONS = BUILTINS | {
    "json": Func((ANY,), _json, metered=True),
    "split": Func((STRING, STRING), _split),
    "join": Func((STRINGS, STRING), _join, metered=True),
    "title": Func((STRING,), _title),
    "lower": Func((STRING,), _mapped(str.lower)),
    "upper": Func((STRING,), _mapped(str.upper)),
    "pad": Func((STRING, INT, INT), _pad),
    "truncate": Func((STRING, INT), _truncate),
}
HEADER_FUNCTIONS = FUNCTIONS | {
    "json": Func((STRING,), _unchanged),
    "split": Func((STRING, STRING), _unchanged),
    "join": Func((STRING, STRING), _unchanged),
    "title": Func((STRING,), _unchanged),
    "lower": Func((STRING,), _unchanged),
    "upper": Func((STRING,), _unchanged),
    "truncate": Func((STRING, INT), _unchanged),
}
