"""On which line of a TOML text a key or a value stands, which the standard library's reader does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Key = tuple[str | int, ...]

_NAME = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_DOTTED = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME})*"
_STATEMENT = re.compile(
    rf"(?P<gap>(?:\s|#[^\n]*+)*+)(?:(?P<header>\[\[?)[ \t]*({_DOTTED})[ \t]*\]\]?|({_DOTTED})[ \t]*=)"
)
_TOKEN = re.compile(
    r"""
    \"{3}(?:[^\\]|\\.)*?\"{3,5} | \'{3}.*?\'{3,5}   # multi-line strings
    | "(?:[^"\\\n]|\\.)*" | '[^'\n]*'               # strings
    | \#[^\n]* | [\[\]{}] | \n | .
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class Lines:
    """The statements of a text that is known to be TOML: for each key the offsets where it begins and ends."""

    text: str
    spans: dict[Key, tuple[int, int]]

    def of(self, key: Key, word: str = "") -> int:
        """The line of a key, or of a word within its value; what is not found stands where its table does."""
        if not key:
            return 1
        inside = [span for known, span in self.spans.items() if known[: len(key)] == key]
        if not inside:
            return self.of(key[:-1], word)
        start, end = min(inside)
        found = re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", self.text[start:end]) if word else None
        return self.text.count("\n", 0, start + (found.start() if found else 0)) + 1


def lines(text: str) -> Lines:
    """Where everything stands in a TOML text that tomllib has read without complaint."""
    spans: dict[Key, tuple[int, int]] = {}
    for key, start, end in _statements(text):
        spans.setdefault(key, (start, end))
    return Lines(text, spans)


def _statements(text: str) -> Iterator[tuple[Key, int, int]]:
    table: Key = ()
    counts: dict[Key, int] = {}
    at = 0
    while match := _STATEMENT.match(text, at):
        start = match.end("gap")
        if match["header"]:
            table, at = _header(match, counts), match.end()
            yield table, start, at
        else:
            at = _value_end(text, match.end())
            yield (*table, *_parts(match[4])), start, at
        at = _line_end(text, at)


def _header(match: re.Match[str], counts: dict[Key, int]) -> Key:
    """The table's key; one of an array of tables ends in its number, and its parents' numbers go in between."""
    key: Key = ()
    parts = _parts(match[3])
    for part in parts[:-1]:
        key = (*key, part)
        if key in counts:
            key = (*key, counts[key])
    key = (*key, parts[-1])
    if match["header"] == "[[":
        counts[key] = counts.get(key, -1) + 1
        key = (*key, counts[key])
    return key


def _parts(dotted: str) -> Key:
    return tuple(name.strip("\"'") for name in re.findall(_NAME, dotted))


def _value_end(text: str, at: int) -> int:
    """The end of the line on which all brackets of a value are closed again."""
    depth = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return len(text)
        if match[0] == "\n" and depth == 0:
            return at
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        at = match.end()
    return at


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
