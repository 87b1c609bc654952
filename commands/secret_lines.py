"""Lines that people type, without the secrets in them: words of a shell, which need not even parse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, groupby, takewhile
from operator import itemgetter

from commands import forms, pieces
from commands.chance import MASK
from commands.pieces import Piece
from commands.programs import Watch
from commands.secrets import ASSIGNMENT, PLAIN_VALUES, awaits_value, mask_text
from commands.telling import for_sure, telling
from commands.variables import Variables

_ROUNDS = 8  # until masking changes nothing more; two do for nearly every line


def mask_line(line: str) -> str:
    """A command line, which need not even parse, with the secrets in it hidden; masking it again changes nothing."""
    return _thoroughly(line, typed=False)


def mask_typed(line: str) -> str:
    """A command line as it is written down: without its secrets, and without the value of any variable that it sets."""
    return _thoroughly(line, typed=True)


def _thoroughly(line: str, *, typed: bool) -> str:
    for _ in range(_ROUNDS):
        masked = _masked(line, typed=typed)
        if masked == line:
            return line
        line = masked
    return MASK


def _masked(line: str, *, typed: bool) -> str:
    line = forms.hide_blocks(line)  # before a word of a key is taken out of it
    masked = _with_hidden(pieces.of_line(line), _together, typed=typed)
    return masked if pieces.is_closed(line) else mask_text(masked)


def _with_hidden(line: Sequence[Piece], together: Callable[[Iterable[str]], Iterable[str]], *, typed: bool) -> str:
    """The line as it was typed, but for the words that hold a secret; together reads those of one command."""
    words = [piece for piece in line if not piece.is_blank]
    reader = _Reader(typed=typed)
    read = [(piece.ends, reader.masked(piece)) for piece in words]
    commands = ((word for _, word in command) for _, command in groupby(read, itemgetter(0)))
    hidden = chain.from_iterable(map(together, commands))
    return "".join(
        piece.raw if piece.is_blank or (masked := next(hidden)) == piece.word else piece.hiding(masked)
        for piece in line
    )


class _Reader:
    """Reads the words of one line or script, and gives each back without its secrets."""

    def __init__(self, *, typed: bool) -> None:
        self._typed = typed
        self._watch, self._variables = Watch(), Variables()
        self._hide = self._login = self._instruction = False

    def masked(self, piece: Piece) -> str:
        """The next word."""
        word = piece.word
        if piece.ends:
            self._watch.end()
            self._hide = self._instruction = False
            return word
        masked = self._watch.masked(word)
        without_value = self._variables.masked(word) if self._typed else word
        if self._hide and not word.startswith("-") and word.lower() not in PLAIN_VALUES:
            masked = MASK
        elif without_value != word:
            masked = without_value
        elif masked == word:
            masked = self._alone(word)
        self._hide = (
            awaits_value(word)
            or (self._login and word == "-p")
            or (self._instruction and "=" not in word and telling(word))
        )
        self._instruction = word.upper() in _INSTRUCTIONS
        self._login = self._login or word == "login"
        return piece.to_the_end(masked)

    def _alone(self, word: str) -> str:
        found = ASSIGNMENT.fullmatch(word)
        if found and telling(found[2]) and found[3].strip("\"'").lower() not in PLAIN_VALUES:
            return found[1] + MASK
        told = _TOLD.fullmatch(word)
        if told and for_sure(told[1]) and told[2].lower() not in PLAIN_VALUES:
            return f"{told[1]}:{MASK}"
        if self._login and word.startswith("-p") and len(word) > len("-p"):
            return "-p" + MASK
        found = _INSTRUCTION.fullmatch(word)
        if found and telling(found[2]) and found[4].lower() not in PLAIN_VALUES:
            word = found[1] + found[2] + found[3] + MASK
        return self._as_script(word) if _SPLITTING.search(word) else word

    def _as_script(self, word: str) -> str:
        """A word that may be a line itself, as in sh -c 'SCRIPT' and can-i 'LINE', or a sentence."""
        script = pieces.of_script(word)
        masked = word if len(script) == 1 and script[0].word == word else self._within(script)
        return mask_text(_SUBSTITUTED.sub(self._substituted, masked))

    def _substituted(self, found: re.Match[str]) -> str:
        return found[1] + self._within(pieces.of_script(found[2]))

    def _within(self, script: Sequence[Piece]) -> str:
        is_text = all(piece.raw == piece.word or piece.is_blank for piece in script)  # which is masked as one
        return _with_hidden(script, iter if is_text else _together, typed=self._typed)


_TOLD = re.compile(r"([\w.-]++):(?!\s)(.++)", re.DOTALL)
_SPLITTING = re.compile(r"[\s\"'\\`;|&,)\]}]")
_SUBSTITUTED = re.compile(r"(\$\(|`)([^()`]++)")
_INSTRUCTIONS = frozenset({"ENV", "ARG", "LABEL"})  # of a Dockerfile, which take NAME value and NAME=value
_INSTRUCTION = re.compile(
    r"(.{0,64}?\b(?:ENV|ARG|LABEL)(?:\\?\s)+)([\w.-]++)((?:\\?\s)+|=(?=.*\\))(.++)", re.DOTALL | re.IGNORECASE
)
_NO_DIGIT = re.compile(r"\D")
_FILLER = "·"


def _together(command: Iterable[str]) -> list[str]:
    """The words without the secrets that only some of them together tell, as in: the password is WORD."""
    words = list(command)
    read = [_NO_DIGIT.sub(_FILLER, word) if _SPLITTING.search(word) else word for word in words]
    joined = " ".join(read)
    masked = mask_text(joined)
    if masked == joined:
        return words
    shown = masked.split(" ")
    if len(shown) == len(words):
        return [_part(*each) for each in zip(words, read, shown, strict=True)]
    head = sum(1 for _ in takewhile(bool, map(str.__eq__, read, shown)))
    tail = sum(1 for _ in takewhile(bool, map(str.__eq__, reversed(read[head:]), reversed(shown[head:]))))
    return [*words[:head], *(MASK for _ in words[head : len(words) - tail]), *words[len(words) - tail :]]


def _part(word: str, read: str, shown: str) -> str:
    """One word of what was read together: what others tell of it is hidden to its end."""
    if shown.count(MASK) <= read.count(MASK):
        return word
    if read != word:
        return MASK
    return shown if mask_text(word) == shown else shown.partition(MASK)[0] + MASK
