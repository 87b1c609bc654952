"""What a template's source is made of: tokens of one kind each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from commands.golang.quote import quote

_SHOWN_LIMIT = 10  # bytes of a token that an error shows; Go, text/template/parse


class Token(Enum):
    """The kinds of tokens."""

    ERROR = auto()
    BOOL = auto()
    CHAR = auto()
    CHARACTER = auto()
    COMPLEX = auto()
    ASSIGN = auto()
    DECLARE = auto()
    EOF = auto()
    FIELD = auto()
    IDENTIFIER = auto()
    LEFT = auto()
    LEFT_PAREN = auto()
    NUMBER = auto()
    PIPE = auto()
    RAW_STRING = auto()
    RIGHT = auto()
    RIGHT_PAREN = auto()
    SPACE = auto()
    STRING = auto()
    TEXT = auto()
    VARIABLE = auto()
    DOT = auto()
    NIL = auto()
    KEYWORD = auto()


KEYWORDS = frozenset({"block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"})


@dataclass(frozen=True)
class Item:
    """A token: its kind, where it begins (characters), its text and its line."""

    kind: Token
    place: int
    text: str
    line: int

    def keyword(self, word: str) -> bool:
        """Whether this is that keyword."""
        return self.kind is Token.KEYWORD and self.text == word

    def __str__(self) -> str:
        if self.kind is Token.EOF:
            return "EOF"
        if self.kind is Token.ERROR:
            return self.text
        if self.kind in (Token.KEYWORD, Token.DOT, Token.NIL):
            return f"<{self.text}>"
        if len(self.text.encode("utf-8", "surrogateescape")) > _SHOWN_LIMIT:
            return quote(self.text[:_SHOWN_LIMIT]) + "..."
        return quote(self.text)
