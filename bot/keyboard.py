"""What keyboards do to a typed line: long dashes, curly quotes and odd spaces, undone.

Quoted text is no exception: a keyboard that turns `--all` into `—all` does so inside of quotes too. Only a dash
that stands alone is left as it is inside of quotes, because there it is prose more often than docker's `--`.
"""

from __future__ import annotations

import re
import unicodedata

_DOUBLE = "\u201c\u201d\u201e\u201f"
_SINGLE = "\u2018\u2019\u201a\u201b"
_QUOTES = str.maketrans(dict.fromkeys(_DOUBLE, '"') | dict.fromkeys(_SINGLE, "'"))
_EN_DASH = "\u2013"
_DASHES = f"\u2010\u2011\u2012{_EN_DASH}\u2014\u2015\u2212"
_WORD_DASH = re.compile(rf"(?<![^\s\"'])-*[{_DASHES}][-{_DASHES}]*(?=(\w)([\w-]?))")
# A backslash and what it escapes are passed over outside of quotes too: else, after a quote that is never closed, each
# escaped one would be tried as the beginning of another, to the end of the line, which takes minutes for a long one.
_LONE_DASH = re.compile(rf"(\\.|\"(?:\\.|[^\"\\])*+\"|'[^']*')|(?<!\S)([{_DASHES}]+)(?!\S)", re.DOTALL)


def mended(line: str) -> str:
    """The line that was meant; one that nothing has changed comes back as it is."""
    line = "".join(_character(each) for each in line).translate(_QUOTES)
    return _WORD_DASH.sub(_leading, _LONE_DASH.sub(_lone, line))


def flag(word: str) -> str:
    """A word that a shell has set apart: only dashes at its beginning can be damage, the rest was quoted on purpose."""
    if not any(each.isspace() for each in word):
        word = _LONE_DASH.sub(_lone, word)
    found = _WORD_DASH.match(word)
    return word if found is None else _leading(found) + word[found.end() :]


def _character(each: str) -> str:
    if each.isascii():
        return each
    match unicodedata.category(each):
        case "Zs":
            return " "
        case "Cf" | "Cs":
            return ""
        case _:
            return each


def _leading(found: re.Match[str]) -> str:
    """Two dashes before a word, one before a single letter or a number."""
    first, second = found.groups()
    return "--" if second and not first.isdigit() else "-"


def _lone(found: re.Match[str]) -> str:
    quoted, dash = found.groups()
    return quoted or ("-" if dash == _EN_DASH else "--")
