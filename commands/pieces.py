"""The words of a line as a shell sees them, each with the quotes that it was typed with."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import NamedTuple

from commands.chance import MASK

_QUOTES = "\"'"
_QUOTED = r"\"(?:[^\"\\]|\\.)*(?:\"|\\?$)|'[^']*+(?:'|$)|\\.|\\$"  # an open quote reaches to the end
_SUBSTITUTED = r"\$\([^()]*+\)?|`[^`]*+`?"
_WITHIN = re.compile(_SUBSTITUTED)
_WORD = re.compile(rf"\s++|(?:{_SUBSTITUTED}|{_QUOTED}|[^\s\"'\\`])+", re.DOTALL)
_OF_SCRIPT = re.compile(rf"[^\S\n]++|[;|&\n]++|(?:{_SUBSTITUTED}|{_QUOTED}|[^\s\"'\\`;|&])+", re.DOTALL)
_ENDS = re.compile(r"[;|&\n]+")
_QUOTING = re.compile(r"[\"'\\]")
_QUOTE = re.compile(rf"({_SUBSTITUTED})|\"((?:[^\"\\]|\\.)*+(?:\\$)?)(?:\"|$)|'([^']*+)(?:'|$)|\\(.|$)", re.DOTALL)
_ESCAPED = re.compile(r"\\([\"\\])")  # all that a backslash takes its meaning from between double quotes
_CLOSED = re.compile(r"(?:[^\"'\\]|\"(?:[^\"\\]|\\.)*\"|'[^']*+'|\\.)*", re.DOTALL)
_STOPS = re.compile(r"[\s,;&\"')\]}]")  # what a value in a text ends before
_UNSAFE = re.compile(rf"[^A-Za-z0-9_@%+=:,./{MASK[0]}-]")


class Read(NamedTuple):
    """A character of a word, where it begins and ends as typed, and the quote around it: empty where there is none.

    held: something keeps it in the word, whatever it is: a quote, a backslash, or $( and its end.
    """

    char: str
    start: int
    end: int
    quote: str
    held: bool


@dataclass(frozen=True)
class Piece:
    """A word, raw as it was typed; or the blanks between two; or, in a script, what ends a command."""

    raw: str
    word: str

    @property
    def is_blank(self) -> bool:
        """Whether it parts two words, and ends no command."""
        return not self.word and self.raw.isspace()

    @property
    def ends(self) -> bool:
        """Whether a command of a script is over."""
        return _ENDS.fullmatch(self.raw) is not None

    def hiding(self, hidden: str) -> str:
        """What is typed for this word with parts of it hidden: its own quotes, where they still fit."""
        if hidden == MASK:
            return MASK
        spans = _spans(self.word, hidden)
        if spans is None:
            return self._anew(hidden)
        read, left = _read(self.raw)
        parts, at = [], 0
        for start, end in spans:
            begin, before = (read[start - 1].end, read[start - 1].quote) if start else (0, "")
            stop, after = (read[end].start, read[end].quote) if end < len(read) else (len(self.raw), left)
            parts += [self.raw[at:begin], _between(self.raw[begin:stop], before, after, is_last=end == len(read))]
            at = stop
        return "".join(parts) + self.raw[at:]

    def to_the_end(self, hidden: str) -> str:
        """The hidden word; a value that only quotes and the like hold together is hidden to the word's end."""
        spans = _spans(self.word, hidden) if hidden != self.word else None
        if not spans:
            return hidden
        read, _ = _read(self.raw)
        parts, at = [], 0
        for start, end in spans:
            parts += [self.word[at:start], MASK]
            at = end
            is_value = not read[max(start - 1, 0)].quote and _STOPS.match(self.word, end) is not None
            if is_value and read[end].held:
                return "".join(parts)
        return hidden

    def _anew(self, hidden: str) -> str:
        around = self.raw[0]
        fits = around == "'" or "\\" not in hidden
        if around in _QUOTES and self.raw == around + self.word + around and around not in hidden and fits:
            return around + hidden + around
        return shlex.quote(hidden) if not hidden or _UNSAFE.search(hidden) else hidden


def is_closed(line: str) -> bool:
    """Whether every quote of a line is closed, and every backslash followed by something."""
    return _CLOSED.fullmatch(line) is not None


def of_line(line: str) -> list[Piece]:
    """The words of a line of docker's, and the blanks between them."""
    return [_piece(raw, "" if raw.isspace() else raw) for raw in _WORD.findall(line)]


def of_script(script: str) -> list[Piece]:
    """The words of a shell's script, the blanks between them, and what ends its commands."""
    return [_piece(raw, "" if raw.isspace() and "\n" not in raw else raw) for raw in _OF_SCRIPT.findall(script)]


def _piece(raw: str, word: str) -> Piece:
    return Piece(raw, _QUOTE.sub(_unquoted, word) if _QUOTING.search(word) else word)


def _unquoted(found: re.Match[str]) -> str:
    return found[1] or _ESCAPED.sub(r"\1", found[2] or "") or found[3] or found[4] or ""


def _read(raw: str) -> tuple[list[Read], str]:
    """A word's characters, and the quote that is left open."""
    read, quote, at = list[Read](), "", 0
    while at < len(raw):
        char, size = raw[at], 1
        held = None if quote or char not in "$`" else _WITHIN.match(raw, at)
        if held:
            read += [Read(each, place, place + 1, "", True) for place, each in enumerate(held[0], at)]
            char, size = "", len(held[0])
        elif char == "\\" and (not quote or (quote == '"' and raw[at + 1 : at + 2] in {'"', "\\"})):
            char, size = raw[at + 1 : at + 2], 2
        elif char in (quote or _QUOTES):
            char, quote = "", "" if quote else char
        if char:
            read.append(Read(char, at, at + size, quote, bool(quote) or size > 1))
        at += size
    return read, quote


def _spans(word: str, hidden: str) -> list[tuple[int, int]] | None:
    """Where a mask stands for a part of the word; None where more than that is different."""
    first, *rest = hidden.split(MASK)
    if not rest or not word.startswith(first):
        return None
    *middle, last = rest
    spans, at = [], len(first)
    for kept in filter(None, middle):  # two masks in a row are one
        found = word.find(kept, at)
        if found < 0:
            return None
        spans.append((at, found))
        at = found + len(kept)
    end = len(word) - len(last)
    return [*spans, (at, end)] if at <= end and word.endswith(last) else None


def _between(typed: str, before: str, after: str, *, is_last: bool) -> str:
    """The mask in place of what was typed, after one quote and before another."""
    if before == after:
        around = typed[:1] if not before and len(typed) > 1 and typed[:1] in _QUOTES and typed[-1] == typed[0] else ""
        return around + MASK + around
    return MASK + before + ("" if is_last else after)
