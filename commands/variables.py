"""The values of variables that a line sets: -e NAME=VALUE, whatever the name says, and though the line be wrong."""

from __future__ import annotations

import re

from commands.chance import MASK

_FLAG = re.compile(r"-[ditPq]*+e|--env")  # the next word is a variable
_VARIABLE = re.compile(r"[^=]*+=")  # a name, which the engine takes in any letters
_ATTACHED = re.compile(r"(?:-[ditPq]*+e=?|--env=)[^=]++=")


class Variables:
    """Reads the words of a line, their quotes gone, and gives each back without the value of a variable."""

    def __init__(self) -> None:
        self._due = False

    def masked(self, word: str) -> str:
        """The next word."""
        due, self._due = self._due, _FLAG.fullmatch(word) is not None
        found = _ATTACHED.match(word) or (_VARIABLE.match(word) if due else None)
        return word if found is None or found.end() == len(word) else word[: found.end()] + MASK
