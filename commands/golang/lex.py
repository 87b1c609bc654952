"""The tokens of a template."""

from __future__ import annotations

import re
from contextlib import suppress

from commands.golang.items import KEYWORDS, Item, Token
from commands.golang.quote import quote

SPACES = " \t\r\n"
_LEFT, _RIGHT = "{{", "}}"
_COMMENT_OPEN, _COMMENT_CLOSE = "/*", "*/"
_TRIM_WIDTH = 2  # a trim marker: a dash and a space
_QUOTED = re.compile(r'(?:[^"\\\n]|\\[^\n])*"')
_CHARACTER = re.compile(r"(?:[^'\\\n]|\\[^\n])*'")
_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)
_TERMINATORS = frozenset(".,|:)(" + SPACES)


class _LexError(Exception):
    """The end of the tokens after one that reports an error."""


def alphanumeric(char: str) -> bool:
    """Whether a character can stand in a name."""
    return char == "_" or char.isalpha() or char.isdecimal()


def unicode_name(char: str) -> str:
    """A character as %#U shows it."""
    shown = f" '{char}'" if char.isprintable() else ""
    return f"U+{ord(char):04X}{shown}" if char else "U+FFFFFFFFFFFFFFFF"


def tokens(source: str) -> list[Item]:
    """All tokens of a template; the last is EOF or the error at which reading stopped."""
    lexer = _Lexer(source)
    with suppress(_LexError):
        lexer.run()
    return lexer.items


class _Lexer:
    def __init__(self, source: str) -> None:
        self.source = source
        self.items: list[Item] = []
        self.start = 0
        self.place = 0
        self.line = 1
        self.parens = 0

    def run(self) -> None:
        while self._text():
            self._action()

    def _emit(self, kind: Token) -> None:
        self.items.append(Item(kind, self.start, self.source[self.start : self.place], self.line))
        self._ignore()

    def _ignore(self) -> None:
        self.line += self.source.count("\n", self.start, self.place)
        self.start = self.place

    def _fail(self, sentence: str) -> None:
        self.items.append(Item(Token.ERROR, self.start, sentence, self.line))
        raise _LexError

    def _peek(self) -> str:
        return self.source[self.place : self.place + 1]

    def _text(self) -> bool:
        """Read up to the next action, comments included; False at the end."""
        while True:
            end = self.source.find(_LEFT, self.place)
            if end < 0:
                self.place = len(self.source)
                if self.place > self.start:
                    self._emit(Token.TEXT)
                self._emit(Token.EOF)
                return False
            self._plain(end)
            if not self._comment():
                return True

    def _plain(self, end: int) -> None:
        text = self.source[self.place : end]
        if self._trims_left(end + len(_LEFT)):
            text = text.rstrip(SPACES)
        self.place += len(text)
        if text:
            self._emit(Token.TEXT)
        self.place = end
        self._ignore()

    def _trims_left(self, place: int) -> bool:
        return self.source[place : place + 1] == "-" and self.source[place + 1 : place + 2] in tuple(SPACES)

    def _comment(self) -> bool:
        """Skip a comment that begins here; else read the left delimiter."""
        inside = self.place + len(_LEFT)
        marker = _TRIM_WIDTH if self._trims_left(inside) else 0
        if not self.source.startswith(_COMMENT_OPEN, inside + marker):
            self.place = inside
            self._emit(Token.LEFT)
            self.place += marker
            self._ignore()
            self.parens = 0
            return False
        self.place = inside + marker
        self._ignore()
        self._skip_comment()
        return True

    def _skip_comment(self) -> None:
        end = self.source.find(_COMMENT_CLOSE, self.place + len(_COMMENT_OPEN))
        if end < 0:
            self._fail("unclosed comment")
        self.place = end + len(_COMMENT_CLOSE)
        if not self._at_right():
            self._fail("comment ends before closing delimiter")
        self._close()
        self._ignore()

    def _at_right(self) -> bool:
        return self._trims_right() or self.source.startswith(_RIGHT, self.place)

    def _trims_right(self) -> bool:
        return self._peek() in tuple(SPACES) and self.source.startswith("-" + _RIGHT, self.place + 1)

    def _close(self) -> bool:
        """Step over the right delimiter and the spaces that it trims; whether it trims."""
        trims = self._trims_right()
        self.place += len(_RIGHT) + (_TRIM_WIDTH if trims else 0)
        while trims and self._peek() in tuple(SPACES):
            self.place += 1
        return trims

    def _action(self) -> None:
        while not self._at_right():
            self._inside()
        if self.parens:
            self._fail("unclosed left paren")
        if self._trims_right():
            self.place += _TRIM_WIDTH
            self._ignore()
            self.place += len(_RIGHT)
            self._emit(Token.RIGHT)
            while self._peek() in tuple(SPACES):
                self.place += 1
            self._ignore()
            return
        self.place += len(_RIGHT)
        self._emit(Token.RIGHT)

    def _inside(self) -> None:
        char = self._peek()
        if not char:
            self._fail("unclosed action")
        if char in SPACES:
            self._spaces()
        elif char in "\"`'":
            self._literal(char)
        elif char == "$" or (char == "." and not self._digit_follows()):
            self._name(Token.VARIABLE if char == "$" else Token.FIELD)
        elif char in "+-." or char in "0123456789":
            self._number()
        elif alphanumeric(char):
            self._word()
        else:
            self._symbol(char)

    def _digit_follows(self) -> bool:
        following = self.source[self.place + 1 : self.place + 2]
        return not following or following in "0123456789"

    def _spaces(self) -> None:
        while self._peek() in tuple(SPACES) and not self._trims_right():
            self.place += 1
        if self.place > self.start:
            self._emit(Token.SPACE)

    def _symbol(self, char: str) -> None:
        self.place += 1
        match char:
            case "=":
                self._emit(Token.ASSIGN)
            case "|":
                self._emit(Token.PIPE)
            case ":":
                self._declare()
            case "(" | ")":
                self._paren(char)
            case _ if char.isascii() and char.isprintable():
                self._emit(Token.CHAR)
            case _:
                self._fail(f"unrecognized character in action: {unicode_name(char)}")

    def _declare(self) -> None:
        if self._peek() != "=":
            self._fail("expected :=")
        self.place += 1
        self._emit(Token.DECLARE)

    def _paren(self, char: str) -> None:
        self.parens += 1 if char == "(" else -1
        if self.parens < 0:
            self._fail("unexpected right paren")
        self._emit(Token.LEFT_PAREN if char == "(" else Token.RIGHT_PAREN)

    def _literal(self, mark: str) -> None:
        self.place += 1
        if mark == "`":
            end = self.source.find("`", self.place) + 1
            kind, name = Token.RAW_STRING, "raw quoted string"
        else:
            found = (_QUOTED if mark == '"' else _CHARACTER).match(self.source, self.place)
            end = found.end() if found else 0
            kind, name = (Token.STRING, "quoted string") if mark == '"' else (Token.CHARACTER, "character constant")
        if not end:
            self._fail(f"unterminated {name}")
        self.place = end
        self._emit(kind)

    def _terminated(self) -> bool:
        char = self._peek()
        return not char or char in _TERMINATORS or self.source.startswith(_RIGHT, self.place)

    def _absorb(self) -> None:
        while (char := self._peek()) and alphanumeric(char):
            self.place += 1
        if not self._terminated():
            self._fail(f"bad character {unicode_name(self._peek())}")

    def _name(self, kind: Token) -> None:
        self.place += 1
        if self._terminated():
            self._emit(Token.DOT if kind is Token.FIELD else kind)
            return
        self._absorb()
        self._emit(kind)

    def _word(self) -> None:
        self._absorb()
        word = self.source[self.start : self.place]
        if word in KEYWORDS:
            self._emit(Token.KEYWORD)
        elif word == "nil":
            self._emit(Token.NIL)
        else:
            self._emit(Token.BOOL if word in ("true", "false") else Token.IDENTIFIER)

    def _number(self) -> None:
        kind = Token.NUMBER
        self._digits()
        if self._peek() in ("+", "-"):
            kind = Token.COMPLEX
            self._digits()
            if self.source[self.place - 1] != "i":
                self._bad_number()
        self._emit(kind)

    def _digits(self) -> None:
        found = _NUMBER.match(self.source, self.place)
        self.place = found.end() if found else self.place
        if (char := self._peek()) and alphanumeric(char):
            self.place += 1
            self._bad_number()

    def _bad_number(self) -> None:
        self._fail(f"bad number syntax: {quote(self.source[self.start : self.place])}")
