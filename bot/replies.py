"""Whoever answers what a line asks back at a terminal, where no person does."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Protocol

from commands.asking import Form


class Replies(Protocol):
    """Whoever answers what a line asks back."""

    def fill(self, form: Form) -> Mapping[str, str] | None:
        """What is filled into a form, by the fields' names; None where nobody does."""

    def agree(self) -> bool:
        """Whether what was just shown is to be done."""


class Piped:
    """Standard input of a program: it is the only field of a form, and agrees to nothing."""

    def fill(self, form: Form) -> Mapping[str, str] | None:
        """All of it; of a secret the line's end is taken off, as docker does."""
        if len(form.fields) != 1:
            return None
        (field,) = form.fields
        text = sys.stdin.read()
        return {field.name: text.removesuffix("\n").removesuffix("\r") if field.secret else text}

    def agree(self) -> bool:
        """Never."""
        return False


class Nobody:
    """Nobody is there to be asked."""

    def fill(self, form: Form) -> None:
        """Nothing."""

    def agree(self) -> bool:
        """Never."""
        return False
