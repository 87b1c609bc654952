"""A line, split into words by POSIX quoting; nothing is expanded and what only a shell could do is refused."""

from __future__ import annotations

import shlex
from collections.abc import Container

OFFERED = 2  # names that a hint tells at most


class UsageError(Exception):
    """The line cannot be a command: text is what docker's CLI would print.

    near are the names that it may have meant, best first; otherwise is what slashdock adds where there are none.
    """

    def __init__(self, text: str, otherwise: str = "", near: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.otherwise = otherwise
        self.near = near

    @property
    def hint(self) -> str:
        """What slashdock adds to docker's words, or an empty text."""
        return f"Did you mean {' or '.join(self.near[:OFFERED])}?" if self.near else self.otherwise

    def among(self, names: Container[str]) -> UsageError:
        """The same error, whose hint tells of these names alone."""
        return UsageError(self.text, self.otherwise, tuple(name for name in self.near if name in names))


_SHELL = {
    "|": "There is no pipe here. Choose rows with --filter, or lines of any answer with --grep TEXT.",
    ">": "There is no redirect here. An answer too long for a message comes as a file by itself.",
    "<": "There is no redirect here. Give the text as an argument.",
    ";": "There is one command a line. Send the second one as a line of its own.",
    "&": "There is one command a line. Send the second one as a line of its own.",
    "`": "Nothing is expanded here. Give the value itself; single quotes keep a backtick as text.",
    "$(": "Nothing is expanded here. Give the value itself; single quotes keep $( as text.",
}
_NO_TEXT = "This line was not run: it has a byte or a character that is no text"
_IN_DOUBLE_QUOTES = "{0} is not run here, also not in double quotes; single quotes keep it as text."


def split(line: str) -> list[str]:
    """The words of a line; raises UsageError at an open quote, at what is no text or what only a shell could do."""
    if not _is_text(line):
        raise UsageError(_NO_TEXT, "Send it again in UTF-8.")
    _refuse_shell(line)
    try:
        return shlex.split(line, comments=False, posix=True)
    except ValueError as error:
        where = "inside quotes" if "quotation" in str(error) else "after a backslash"
        raise UsageError(f"The line ends {where}. Nothing was run.") from None


def _is_text(line: str) -> bool:
    """Whether it can be written in UTF-8: half a surrogate pair, which a stray byte becomes as well, cannot."""
    return not any("\ud800" <= char <= "\udfff" for char in line)


def join(words: tuple[str, ...] | list[str]) -> str:
    """The line that splits into these words."""
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    plain = word and all(c.isalnum() or c in "-_./:=,@%+{}" for c in word) and word.isascii()
    return word if plain else shlex.quote(word)


def _refuse_shell(line: str) -> None:
    for token, quote in _acting(line):
        if quote:
            raise UsageError(f"This line was not run: it has {token} in double quotes", _IN_DOUBLE_QUOTES.format(token))
        if token in _SHELL:
            raise UsageError(f"This line was not run: it has an unquoted {token}", _SHELL[token])


def _acting(line: str) -> list[tuple[str, str]]:
    """What a shell would act upon, and the double quote around it: there that is the backtick and $( alone."""
    found, quote, skip = [], "", False
    for at, char in enumerate(line):
        if skip:
            skip = False
        elif char == "\\" and quote != "'":
            skip = True
        elif quote and char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif quote != "'" and char == "$" and line.startswith("$(", at):
            found.append(("$(", quote))
        elif quote == '"' and char == "`":
            found.append(("`", quote))
        elif not quote:
            found.append((char, ""))
    return found
