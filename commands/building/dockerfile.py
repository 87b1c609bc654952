"""A Dockerfile as the engine's classic builder reads it: one instruction a line, long lines continued."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

INSTRUCTIONS = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
    "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)  # fmt: skip
ESCAPE, OTHER_ESCAPE = "\\", "`"
SPACES = re.compile(r"[\t\v\f\r ]+")
_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*")
_DIRECTIVES = frozenset({"syntax", "escape", "check"})
_ESCAPING = re.compile(rf"^\s*#\s*escape\s*=\s*{OTHER_ESCAPE}", re.MULTILINE | re.IGNORECASE)
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))  # Go's
_MARK = "\ufeff"  # some editors begin a text with it


@dataclass(frozen=True)
class Instruction:
    """One instruction: the line where it begins, counted from 1, its word as it is written, and what follows it.

    source is all of it, as the builder tells of it.
    """

    line: int
    word: str
    rest: str
    source: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """The word in capitals; Go makes a dotted I an i, which counts."""
        return self.word.replace("\u0130", "i").upper()

    def inner(self) -> Instruction:
        """What an ONBUILD puts off; itself where it is another."""
        if self.name != "ONBUILD":
            return self
        return _instruction(self.line, self.rest).inner() if self.rest else self


@dataclass(frozen=True)
class _Dialect:
    """How lines are joined, in which engines of different age differ.

    doubled: two escape characters at the end of a line continue it too; indented: within a continued line a comment may
    stand after spaces.
    """

    escape: str
    doubled: bool = False
    indented: bool = True


def text_of(content: bytes) -> str:
    """The text of a file, whatever its bytes are."""
    return content.decode("utf-8", "surrogateescape").removeprefix(_MARK)


def read(text: str) -> tuple[Instruction, ...]:
    """The instructions as a present engine reads them; a word that is none is one here, too."""
    return tuple(_read(text, _Dialect(escape_of(text))))


def readings(text: str) -> frozenset[tuple[Instruction, ...]]:
    """The instructions as each engine of some age may read them: what any of them would do must be known."""
    escapes = (ESCAPE, OTHER_ESCAPE) if _ESCAPING.search(text) else (ESCAPE,)
    dialects = (_Dialect(*each) for each in product(escapes, (False, True), (False, True)))
    return frozenset(tuple(_read(text, dialect)) for dialect in dialects)


def escape_of(text: str) -> str:
    """The character that continues a line, which the first lines of the text may choose."""
    for line in text.split("\n"):
        found = _DIRECTIVE.fullmatch(line.strip())
        if found is None or found[1].lower() not in _DIRECTIVES:
            break
        if found[1].lower() == "escape":
            return OTHER_ESCAPE if found[2] == OTHER_ESCAPE else ESCAPE
    return ESCAPE


def _read(text: str, dialect: _Dialect) -> Iterator[Instruction]:
    started, joined = 0, ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.removesuffix("\r") if started else raw.removesuffix("\r").lstrip(BLANKS)
        if _is_comment(line, dialect) or not line.strip(BLANKS):
            continue
        piece, more = _piece(line, dialect)
        started, joined = started or number, joined + piece
        if not more:
            yield from _instructions(started, joined)
            started, joined = 0, ""
    yield from _instructions(started, joined)


def _is_comment(line: str, dialect: _Dialect) -> bool:
    return (line.lstrip(BLANKS) if dialect.indented else line).startswith("#")


def _piece(line: str, dialect: _Dialect) -> tuple[str, bool]:
    """The line without what continues it, and whether it is continued."""
    bare = line.rstrip(" \t")
    if not bare.endswith(dialect.escape):
        return line, False
    if bare.endswith(dialect.escape * 2) and not dialect.doubled:
        return line, False
    return bare[:-1], True


def _instructions(line: int, text: str) -> Iterator[Instruction]:
    if text.strip(BLANKS):
        yield _instruction(line, text)


def _instruction(line: int, text: str) -> Instruction:
    word, *rest = SPACES.split(text.strip(BLANKS), maxsplit=1)
    return Instruction(line, word, rest[0] if rest else "", text.strip(BLANKS))
