"""What the verbs share that are about one line that lives on."""

from __future__ import annotations

from commands.approval.requests import DIGITS
from commands.command import Command, arg


class One(Command):
    """An act on one of them."""

    number: str = arg("NUMBER")

    def problem(self) -> str | None:
        """A number that is none."""
        if self.number.isascii() and self.number.isdigit() and len(self.number) <= DIGITS:
            return None
        return f"invalid number '{self.number}': expected one that `stream ls` shows"
