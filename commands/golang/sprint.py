"""fmt's Sprint, Sprintln and Sprintf on Go values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from commands.golang import digits
from commands.golang.digits import PLAIN, SHORTEST, Flags
from commands.golang.fault import LimitError
from commands.golang.reflect import concrete, entries, indirect, item, length, pointee
from commands.golang.state import COPIED_PER_STEP, READ_PER_STEP
from commands.golang.value import SEQUENCES, UINT8, Kind, Value, string

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Charge = Callable[[int], None]  # counts steps of work; TemplateError when they are too many

SIZE_LIMIT = 4 * 1024 * 1024  # characters of one template's output, and of any text on the way to it
NIL = "<nil>"
_NO_VALUE = string("<no value>")
_ADDRESS = "0xc000010000"  # a pointer inside a value: Go prints where it is, which tells a reader nothing
_STRING_METHOD_VERBS = frozenset("vsxXq")
_TEXT_VERBS = frozenset("sxXq")  # under which bytes are text
_INTEGER_VERBS = frozenset("vdboOxX")
_FLOAT_PRECISIONS = {"v": SHORTEST, "g": SHORTEST, "G": SHORTEST, "b": SHORTEST, "x": SHORTEST, "X": SHORTEST}
_FLOAT_PRECISIONS |= {"f": 6, "F": 6, "e": 6, "E": 6}
_FLOAT_VERBS = {"v": "g", "F": "f"}
_POINTED_KINDS = SEQUENCES | {Kind.STRUCT, Kind.MAP}


def uncounted(_steps: int) -> None:
    """A charge for what happens once in an execution at most."""


def sprint(args: Sequence[Value], charge: Charge) -> str:
    """fmt.Sprint: a space between two that are no strings."""
    printer = Printer(charge)
    before = True
    for place, arg in enumerate(map(concrete, args)):
        string = arg.kind is Kind.STRING
        if place and not string and not before:
            printer.write(" ")
        printer.argument(arg, "v")
        before = string
    return printer.text()


def sprintln(args: Sequence[Value], charge: Charge) -> str:
    """fmt.Sprintln: a space between all."""
    printer = Printer(charge)
    for place, arg in enumerate(args):
        printer.write(" " if place else "")
        printer.argument(arg, "v")
    return printer.text() + "\n"


def printable(value: Value) -> Value:
    """What is printed for a value: what a pointer points to, or that there is none."""
    if value.kind is Kind.POINTER:
        value, _ = indirect(value)
    return value if value.valid else _NO_VALUE


class Printer:
    """Text as it grows, and the flags of the verb at work; LimitError when it grows too long."""

    def __init__(self, charge: Charge, flags: Flags = PLAIN) -> None:
        self.charge = charge
        self.flags = flags
        self.size = 0
        self._parts: list[str] = []
        self._erring = False

    def write(self, text: str) -> None:
        """Add text."""
        self.charge(1 + len(text) // COPIED_PER_STEP)
        self.size += len(text)
        if self.size > SIZE_LIMIT:
            raise LimitError
        self._parts.append(text)

    def text(self) -> str:
        """All that was written."""
        return "".join(self._parts)

    def argument(self, value: Value, verb: str) -> None:
        """Print one argument with a verb."""
        value = concrete(value)
        if not value.valid:
            if verb in "Tv":
                self.write(digits.pad(NIL, self.flags))
            else:
                self._bad(value, verb)
        elif verb == "T":
            self._string(value.type.name, "s")
        elif verb == "p":
            self._pointer(value, verb)
        else:
            self.value(value, verb, 0)

    def value(self, value: Value, verb: str, depth: int) -> None:
        """Print a value that lies so deep in others."""
        if verb == "w" and not self._erring:
            self._bad(value, verb)
            return
        if self._by_method(value, verb):
            return
        match value.kind:
            case Kind.INTERFACE:
                self._interface(value, verb, depth)
            case Kind.INVALID:
                self.write(NIL)
            case Kind.MAP:
                self._map(value, verb, depth)
            case Kind.STRUCT:
                self._struct(value, verb, depth)
            case Kind.SLICE | Kind.ARRAY:
                self._list(value, verb, depth)
            case Kind.POINTER if depth == 0 and not value.nil and value.type.element().kind in _POINTED_KINDS:
                self.write("&")
                self.value(pointee(value), verb, depth + 1)
            case Kind.POINTER:
                self._pointer(value, verb)
            case _:
                self._basic(value, verb)

    def _by_method(self, value: Value, verb: str) -> bool:
        """Print by the type's String method, if it has one and the verb wants it."""
        owner = value.type.element() if value.kind is Kind.POINTER else value.type
        method = owner.literal if self.flags.sharp_v else owner.text
        if method is None or self._erring or verb not in _STRING_METHOD_VERBS:
            return False
        self._string(NIL if value.nil else method(value.data), "s" if self.flags.sharp_v else verb)
        return True

    def _bad(self, value: Value, verb: str) -> None:
        """Print what Go prints for a verb that does not fit."""
        if not value.valid:
            self.write(f"%!{verb}({NIL})")
            return
        self._erring = True
        self.write(f"%!{verb}({value.type.name}=")
        self.value(value, "v", 0)
        self.write(")")
        self._erring = False

    def _basic(self, value: Value, verb: str) -> None:
        match value.kind:
            case Kind.BOOL if verb in "tv":
                self.write(digits.pad("true" if value.data else "false", self.flags))
            case Kind.INT | Kind.UINT:
                self._integer(value, verb)
            case Kind.FLOAT if verb in _FLOAT_PRECISIONS:
                self._float(value.data, verb)
            case Kind.COMPLEX if verb in _FLOAT_PRECISIONS:
                self._complex(value.data, verb)
            case Kind.STRING if verb in _STRING_METHOD_VERBS:
                self._string(value.data, verb)
            case _:
                self._bad(value, verb)

    def _integer(self, value: Value, verb: str) -> None:
        number, flags = value.data, self.flags
        if verb == "v" and flags.sharp_v and value.kind is Kind.UINT:
            self.write(digits.integer(number, "x", replace(flags, sharp=True)))
        elif verb in _INTEGER_VERBS:
            self.write(digits.integer(number, verb, flags))
        elif verb == "c":
            self.write(digits.char(number, flags))
        elif verb == "q":
            self.write(digits.quoted_rune(number, flags))
        elif verb == "U":
            self.write(digits.unicode(number, flags))
        else:
            self._bad(value, verb)

    def _float(self, number: float, verb: str) -> None:
        precision = _FLOAT_PRECISIONS[verb]
        self.write(digits.real(number, _FLOAT_VERBS.get(verb, verb), precision, self.flags))

    def _complex(self, number: complex, verb: str) -> None:
        flags = self.flags
        self.write("(")
        self._float(number.real, verb)
        self.flags = replace(flags, plus=True)
        self._float(number.imag, verb)
        self.flags = flags
        self.write("i)")

    def _string(self, text: str, verb: str) -> None:
        flags = self.flags
        if verb in "qxX" or flags.sharp_v:
            self.charge(len(text) // READ_PER_STEP)
        if verb == "q" or (verb == "v" and flags.sharp_v):
            self.write(digits.quoted(text, flags))
        elif verb in "xX":
            self.write(digits.hexadecimal(text, flags, upper=verb == "X"))
        else:
            self.write(digits.pad(digits.clipped(text, flags), flags))

    def _pointer(self, value: Value, verb: str) -> None:
        if value.kind not in (Kind.POINTER, Kind.MAP, Kind.SLICE):
            self._bad(value, verb)
        elif verb == "v" and self.flags.sharp_v:
            self.write(f"({value.type.name})({'nil' if value.nil else _ADDRESS})")
        elif verb == "v" and value.nil:
            self.write(digits.pad(NIL, self.flags))
        elif verb in "vp":
            address = 0 if value.nil else int(_ADDRESS, 16)
            self.write(digits.integer(address, "x", replace(self.flags, sharp=not self.flags.sharp)))
        elif verb in _INTEGER_VERBS:
            self.write(digits.integer(0 if value.nil else int(_ADDRESS, 16), verb, self.flags))
        else:
            self._bad(value, verb)

    def _interface(self, value: Value, verb: str, depth: int) -> None:
        if value.data is not None:
            self.value(concrete(value), verb, depth + 1)
        else:
            self.write(f"{value.type.name}(nil)" if self.flags.sharp_v else NIL)

    def _map(self, value: Value, verb: str, depth: int) -> None:
        if not self._open(value, "map[", "{"):
            return
        for place, (key, held) in enumerate(entries(value)):
            self._separate(place)
            self.value(key, verb, depth + 1)
            self.write(":")
            self.value(held, verb, depth + 1)
        self.write("}" if self.flags.sharp_v else "]")

    def _list(self, value: Value, verb: str, depth: int) -> None:
        if verb in _TEXT_VERBS and value.kind is Kind.SLICE and value.type.element() is UINT8:
            self._string(bytes(value.data or ()).decode("utf-8", "surrogateescape"), verb)
            return
        if not self._open(value, "[", "{"):
            return
        for place in range(length(value)):
            self._separate(place)
            self.value(item(value, place), verb, depth + 1)
        self.write("}" if self.flags.sharp_v else "]")

    def _struct(self, value: Value, verb: str, depth: int) -> None:
        self.write((value.type.name if self.flags.sharp_v else "") + "{")
        for place, (field, data) in enumerate(zip(value.type.fields, _fields(value), strict=True)):
            self._separate(place)
            if self.flags.plus_v or self.flags.sharp_v:
                self.write(field.name + ":")
            self._field(Value(field.type, data), verb, depth)
        self.write("}")

    def _field(self, value: Value, verb: str, depth: int) -> None:
        inner = concrete(value)
        self.value(inner if inner.valid else value, verb, depth + 1)

    def _open(self, value: Value, plain: str, sharp: str) -> bool:
        """Write what opens a map or list; False if a nil one is thereby complete."""
        if not self.flags.sharp_v:
            self.write(plain)
            return True
        self.write(value.type.name + ("(nil)" if value.nil else sharp))
        return not value.nil

    def _separate(self, place: int) -> None:
        if place:
            self.write(", " if self.flags.sharp_v else " ")


def _fields(value: Value) -> tuple[object, ...]:
    """The data of a struct's fields; a struct that is opaque to templates shows none."""
    return tuple(value.data) if value.type.fields else ()
