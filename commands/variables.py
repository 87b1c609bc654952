"""The values of variables that a line sets: -e NAME=VALUE, whatever the name says, and though the line be wrong."""

from __future__ import annotations

import re

from commands.chance import MASK

_FLAG = re.compile(r"-[ditPq]*+e|--env")  # the next word is a variable
_VARIABLE = re.compile(r"([\"']?[A-Za-z_][\w.-]*+=[\"']?)(.++)", re.DOTALL)
_ATTACHED = re.compile(r"([\"']?(?:-[ditPq]*+e=?|--env=)[\"']?[A-Za-z_][\w.-]*+=[\"']?)(.++)", re.DOTALL)
_QUOTES = "\"'"


class Variables:
    """Reads the words of a line as a shell sees them, and gives each back without the value of a variable."""

    def __init__(self) -> None:
        self._due = False

    def masked(self, piece: str) -> str:
        """The next word, with its quotes."""
        due, self._due = self._due, _FLAG.fullmatch(piece.strip(_QUOTES)) is not None
        found = _ATTACHED.fullmatch(piece) or (_VARIABLE.fullmatch(piece) if due else None)
        if found is None:
            return piece
        closing = piece[-1] if piece[-1] in _QUOTES and piece[-1] in found[1] else ""
        return piece if found[2] == closing else found[1] + MASK + closing
