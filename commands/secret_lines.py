"""Lines that people type, without the secrets in them: words of a shell, which need not even parse."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

from commands import forms, programs
from commands.chance import MASK
from commands.secrets import ASSIGNMENT, PLAIN_VALUES, awaits_value, mask_text
from commands.telling import telling
from commands.variables import Variables


def mask_line(line: str) -> str:
    """A command line, which need not even parse, with the secrets in it hidden."""
    return _thoroughly(line, _mask_words)


def _mask_words(line: str) -> str:
    shown, hide, login, instruction = [], False, False, False
    for piece in _SHELL_WORDS.findall(programs.hide(line)):
        if piece.isspace():
            shown.append(piece)
            continue
        word = piece.strip("\"'")
        shown.append(MASK if hide and not word.startswith("-") else _mask_word(piece, login=login))
        hide = awaits_value(word) or (login and word == "-p") or (instruction and "=" not in word and telling(word))
        instruction = word.upper() in _INSTRUCTIONS
        login = login or word == "login"
    return "".join(shown)


def mask_typed(line: str) -> str:
    """A command line as it is written down: without its secrets, and without the value of any variable that it sets."""
    return _thoroughly(line, lambda typed: _mask_words(_without_values(typed)))


_QUOTED = re.compile(rf"""(["']){MASK}\1""")


def _thoroughly(line: str, mask: Callable[[str], str]) -> str:
    """The line as mask has it; where quotes within quotes kept a secret from it, with words that were masked before."""
    line = forms.hide_blocks(line)  # before a word of a key is taken out of it
    masked = mask(line)
    try:
        words = shlex.split(line)
    except ValueError:
        return masked
    if not any(_survives(word, masked) for word in words):
        return masked
    return mask(shlex.join(_QUOTED.sub(MASK, mask_text(word)) for word in words))


def _survives(word: str, masked: str) -> bool:
    """Whether a secret of the word stands in what was masked."""
    if (hidden := mask_text(word)) == word:
        return False
    *kept, end = hidden.split(MASK)
    rest = word
    for piece in kept:
        secret, found, rest = rest.partition(piece) if piece else ("", "", rest)
        if (piece and not found) or (secret and secret in masked):
            return True
    return not rest.endswith(end) or rest.removesuffix(end) in masked


def _without_values(line: str) -> str:
    variables = Variables(_without_values)
    pieces = _SHELL_WORDS.findall(line)
    return "".join(piece if piece.isspace() else variables.masked(piece) for piece in pieces)


# A word as a shell sees it, or the space between two; an open quote reaches to the end.
_SHELL_WORDS = re.compile(r"\s++|(?:[^\s\"'\\]|\\.|\"(?:[^\"\\]|\\.)*(?:\"|\\?$)|'[^']*+(?:'|$)|\\$)+", re.DOTALL)
_INSTRUCTIONS = frozenset({"ENV", "ARG", "LABEL"})  # of a Dockerfile, which take NAME value and NAME=value
_INSTRUCTION = re.compile(
    r"(.{0,64}?\b(?:ENV|ARG|LABEL)(?:\\?\s)+)([\w.-]++)((?:\\?\s)+|=)(.++)", re.DOTALL | re.IGNORECASE
)


def _mask_word(piece: str, *, login: bool) -> str:
    found = ASSIGNMENT.fullmatch(piece)
    if found and telling(found[2]) and found[3].strip("\"'").lower() not in PLAIN_VALUES:
        return found[1] + MASK + (piece[-1] if piece[-1] in "\"'" and found[1].count(piece[-1]) else "")
    if (found := _INSTRUCTION.fullmatch(piece)) and telling(found[2]) and (found[3] != "=" or "\\" in found[4]):
        return found[1] + found[2] + found[3] + _quoted_end(found[4])
    if login and piece.startswith("-p") and len(piece) > len("-p"):
        return "-p" + MASK
    return mask_text(piece)


def _quoted_end(value: str) -> str:
    inner = value.rstrip("\"'")
    return value if inner.lower() in PLAIN_VALUES else MASK + (value[-1] if inner != value else "")
