"""The pipelines of a template: commands, their operands and the constants among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.golang.items import Item, Token
from commands.golang.nodes import (
    Bool,
    Chain,
    Command,
    Dot,
    FieldPath,
    Identifier,
    Nil,
    Node,
    Numeral,
    Pipe,
    String,
    Variable,
)
from commands.golang.number import NumberSyntaxError, character, complex_number, number
from commands.golang.quote import QuoteError, quote, unquote

if TYPE_CHECKING:
    from commands.golang.fault import TemplateError
    from commands.golang.stream import Stream

_CONSTANTS = (Bool, Dot, Nil, Numeral, String)
_READERS = {Token.CHARACTER: character, Token.COMPLEX: complex_number, Token.NUMBER: number}
_STRINGS = (Token.STRING, Token.RAW_STRING)
_OPERANDS = frozenset(
    {
        *_READERS,
        *_STRINGS,
        Token.BOOL,
        Token.DOT,
        Token.FIELD,
        Token.IDENTIFIER,
        Token.NIL,
        Token.VARIABLE,
        Token.LEFT_PAREN,
    }
)
_RANGE_VARIABLES = 2  # an index and an element


class Terms:
    """Reads pipelines from a stream, knowing the variables in sight."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.variables = ["$"]
        self.action_line = 0

    def unexpected(self, item: Item, context: str) -> TemplateError:
        """What is wrong about a token that cannot stand here."""
        if item.kind is not Token.ERROR:
            return self.stream.fault(f"unexpected {item} in {context}")
        where = ""
        if self.action_line not in (0, item.line):
            started = f" started at {self.stream.name}:{self.action_line}"
            where = started if item.text.endswith(" action") else f" in action{started}"
        return self.stream.fault(f"{item}{where}")

    def text_of(self, item: Item) -> str:
        """The text of a string literal."""
        try:
            return unquote(item.text)
        except QuoteError as error:
            raise self.stream.fault(str(error)) from None

    def pipeline(self, context: str, end: Token) -> Pipe:
        """A pipeline up to the token that ends it, that token included."""
        pipe = Pipe(self.stream.peek_solid().place)
        self._declarations(pipe, context)
        while (item := self.stream.solid()).kind is not end:
            if item.kind not in _OPERANDS:
                raise self.unexpected(item, context)
            self.stream.place -= 1
            pipe.commands.append(self._command())
        self._check(pipe, context)
        return pipe

    def _declarations(self, pipe: Pipe, context: str) -> None:
        while (item := self.stream.peek_solid()).kind is Token.VARIABLE:
            start = self.stream.place
            self.stream.next()
            following = self.stream.peek_solid()
            if following.kind in (Token.ASSIGN, Token.DECLARE):
                pipe.assigns = following.kind is Token.ASSIGN
                self._declare(pipe, item)
                return
            if following.kind is not Token.CHAR or following.text != ",":
                self.stream.place = start
                return
            self._declare(pipe, item)
            self._another(pipe, context)

    def _declare(self, pipe: Pipe, item: Item) -> None:
        self.stream.solid()
        pipe.variables.append(Variable(item.place, item.text.split(".")))
        self.variables.append(item.text)

    def _another(self, pipe: Pipe, context: str) -> None:
        """Check that one more variable may follow a comma."""
        if context != "range" or len(pipe.variables) >= _RANGE_VARIABLES:
            raise self.stream.fault(f"too many declarations in {context}")
        if self.stream.peek_solid().kind not in (Token.VARIABLE, Token.RIGHT, Token.RIGHT_PAREN):
            raise self.stream.fault("range can only initialize variables")

    def _check(self, pipe: Pipe, context: str) -> None:
        if not pipe.commands:
            raise self.stream.fault(f"missing value for {context}")
        for stage, command in enumerate(pipe.commands[1:], start=2):
            if isinstance(command.args[0], _CONSTANTS):
                raise self.stream.fault(f"non executable command in pipeline stage {stage}")

    def _command(self) -> Command:
        command = Command(self.stream.peek_solid().place)
        while True:
            self.stream.peek_solid()
            if (operand := self._operand()) is not None:
                command.args.append(operand)
            item = self.stream.next()
            if item.kind is not Token.SPACE:
                break
        if item.kind in (Token.RIGHT, Token.RIGHT_PAREN):
            self.stream.place -= 1
        elif item.kind is not Token.PIPE:
            raise self.unexpected(item, "operand")
        if not command.args:
            raise self.stream.fault("empty command")
        return command

    def _operand(self) -> Node | None:
        node = self._term()
        if node is None or self.stream.peek().kind is not Token.FIELD:
            return node
        place, names = self.stream.peek().place, []
        while self.stream.peek().kind is Token.FIELD:
            names.append(self.stream.next().text[1:])
        if isinstance(node, FieldPath):
            return FieldPath(place, node.names + names)
        if isinstance(node, Variable):
            return Variable(place, node.names + names)
        if isinstance(node, _CONSTANTS):
            raise self.stream.fault(f"unexpected . after term {quote(str(node))}")
        return Chain(place, node, names)

    def _term(self) -> Node | None:
        item = self.stream.solid()
        match item.kind:
            case Token.IDENTIFIER:
                return self._function(item)
            case Token.DOT:
                return Dot(item.place)
            case Token.FIELD:
                return FieldPath(item.place, item.text[1:].split("."))
            case Token.VARIABLE:
                return self._variable(item)
            case Token.LEFT_PAREN:
                with self.stream.nested():
                    return self.pipeline("parenthesized pipeline", Token.RIGHT_PAREN)
            case _:
                return self._constant(item)

    def _constant(self, item: Item) -> Node | None:
        if item.kind in _STRINGS:
            return String(item.place, item.text, self.text_of(item))
        if item.kind in _READERS:
            return self._numeral(item)
        if item.kind is Token.NIL:
            return Nil(item.place)
        if item.kind is Token.BOOL:
            return Bool(item.place, item.text == "true")
        self.stream.place -= 1
        return None

    def _numeral(self, item: Item) -> Numeral:
        try:
            return Numeral(item.place, item.text, _READERS[item.kind](item.text))
        except (NumberSyntaxError, QuoteError) as error:
            raise self.stream.fault(str(error)) from None

    def _function(self, item: Item) -> Identifier:
        if item.text not in self.stream.functions:
            raise self.stream.fault(f"function {quote(item.text)} not defined")
        return Identifier(item.place, item.text)

    def _variable(self, item: Item) -> Variable:
        if item.text not in self.variables:
            raise self.stream.fault(f"undefined variable {quote(item.text)}")
        return Variable(item.place, [item.text])
