"""fmt's Sprintf: a format with verbs, and Go's complaints inside the text where they do not fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from commands.golang.digits import PLAIN, Flags
from commands.golang.reflect import concrete
from commands.golang.sprint import NIL, Printer
from commands.golang.value import Kind, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commands.golang.sprint import Charge

_NUMBER_LIMIT = 1_000_000  # the largest width, precision or index; Go, fmt.tooLarge
_FLAGS = {"#": "sharp", "0": "zero", "+": "plus", "-": "minus", " ": "space"}
_VERB_STEPS = 6  # what reading a verb with its flags costs
_INDEX_WIDTH = 3  # the shortest index, as in [1]


def sprintf(form: str, args: Sequence[Value], charge: Charge) -> str:
    """fmt.Sprintf."""
    return _Format(form, [concrete(each) for each in args], charge).run()


class _Format:
    def __init__(self, form: str, args: list[Value], charge: Charge) -> None:
        self.form = form
        self.last_bracket = form.rfind("]")
        self.args = args
        self.printer = Printer(charge)
        self.place = 0
        self.turn = 0  # which argument is next
        self.reordered = False
        self.good_index = True
        self.after_index = False

    def run(self) -> str:
        while self.place < len(self.form):
            start = self.form.find("%", self.place)
            end = len(self.form) if start < 0 else start
            self.printer.write(self.form[self.place : end])
            self.place = end + 1
            if start >= 0:
                self._verb()
        if not self.reordered and self.turn < len(self.args):
            self._extra()
        return self.printer.text()

    def _peek(self) -> str:
        return self.form[self.place : self.place + 1]

    def _verb(self) -> None:
        self.printer.charge(_VERB_STEPS)
        self.good_index = True
        self.after_index = False
        flags = self._simple_flags()
        if not ("a" <= self._peek() <= "z" and self.turn < len(self.args)):
            flags = self._size(flags)
        verb = self._peek()
        self.place += 1
        if not verb:
            self.printer.write("%!(NOVERB)")
        elif verb == "%":
            self.printer.write("%")
        elif not self.good_index:
            self.printer.write(f"%!{verb}(BADINDEX)")
        elif self.turn >= len(self.args):
            self.printer.write(f"%!{verb}(MISSING)")
        else:
            self._print(verb, flags)

    def _print(self, verb: str, flags: Flags) -> None:
        if verb in "vw":
            flags = replace(flags, sharp_v=flags.sharp, sharp=False, plus_v=flags.plus, plus=False)
        self.printer.flags = flags
        self.printer.argument(self.args[self.turn], verb)
        self.turn += 1

    def _simple_flags(self) -> Flags:
        found: dict[str, bool] = {}
        while self._peek() in _FLAGS:
            found[_FLAGS[self._peek()]] = True
            self.place += 1
        return Flags(**found)

    def _size(self, flags: Flags) -> Flags:
        self._index()
        flags = self._width(flags)
        if self._peek() == "." and self.place + 1 < len(self.form):
            flags = self._precision(flags)
        if not self.after_index:
            self._index()
        return flags

    def _width(self, flags: Flags) -> Flags:
        if self._peek() == "*":
            width = self._star("%!(BADWIDTH)")
            self.after_index = False
            if width is not None and width < 0:
                return replace(flags, width=-width, minus=True, zero=False)
            return replace(flags, width=width)
        width = self._number()
        if self.after_index and width is not None:
            self.good_index = False
        return replace(flags, width=width)

    def _precision(self, flags: Flags) -> Flags:
        self.place += 1
        if self.after_index:
            self.good_index = False
        self._index()
        if self._peek() != "*":
            return replace(flags, precision=self._number() or 0)
        self.after_index = False
        precision = self._star("%!(BADPREC)", least=0)
        return replace(flags, precision=precision)

    def _star(self, complaint: str, least: int = -_NUMBER_LIMIT) -> int | None:
        """A number that an argument gives."""
        self.place += 1
        number = None
        if self.turn < len(self.args):
            arg = self.args[self.turn]
            self.turn += 1
            if arg.kind in (Kind.INT, Kind.UINT) and least <= arg.data <= _NUMBER_LIMIT:
                number = int(arg.data)
        if number is None:
            self.printer.write(complaint)
        return number

    def _number(self) -> int | None:
        """Digits that stand here; a number too large swallows the rest of the format."""
        number = None
        while self._peek() and self._peek() in "0123456789":
            if (number or 0) > _NUMBER_LIMIT:
                self.place = len(self.form)
                return None
            number = (number or 0) * 10 + int(self._peek())
            self.place += 1
        return number

    def _index(self) -> None:
        """An explicit argument index such as [2]."""
        self.after_index = False
        if self._peek() != "[":
            return
        self.reordered = True
        end = self.form.find("]", self.place) if self.place < self.last_bracket else -1
        if end < 0 or len(self.form) - self.place < _INDEX_WIDTH:
            self.place += 1
            self.good_index = False
            return
        text = self.form[self.place + 1 : end]
        self.place = end + 1
        whole = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(_NUMBER_LIMIT)) else None
        self.after_index = whole is not None
        if whole is None or not 0 < whole <= len(self.args):
            self.good_index = False
        else:
            self.turn = whole - 1

    def _extra(self) -> None:
        self.printer.flags = PLAIN
        self.printer.write("%!(EXTRA ")
        for place, arg in enumerate(self.args[self.turn :]):
            self.printer.write(", " if place else "")
            if not arg.valid:
                self.printer.write(NIL)
            else:
                self.printer.write(arg.type.name + "=")
                self.printer.argument(arg, "v")
        self.printer.write(")")
