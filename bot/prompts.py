"""A person at a terminal, who is asked back by prompts."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from prompt_toolkit import PromptSession
from prompt_toolkit.output import create_output

from commands.asking import Field, Form

YES = frozenset({"y", "yes"})
END_OF_TEXT = "Escape, then Enter ends it"


class Typed:
    """A person at a terminal; what asks is on standard error, so that standard output is docker's alone."""

    def __init__(self) -> None:
        self._session: PromptSession[str] = PromptSession(output=create_output(sys.stderr))

    def fill(self, form: Form) -> Mapping[str, str] | None:
        """Each field in its turn, secrets without being shown; Ctrl-C and Ctrl-D leave it."""
        try:
            return {field.name: self._field(field) for field in form.fields}
        except (KeyboardInterrupt, EOFError):
            return None

    def agree(self) -> bool:
        """As docker asks: y or yes, and everything else means no."""
        try:
            return self._session.prompt("[y/N] ").strip().lower() in YES
        except (KeyboardInterrupt, EOFError):
            return False

    def _field(self, field: Field) -> str:
        how = f" ({END_OF_TEXT})" if field.multiline else ""
        return self._session.prompt(f"{field.label}{how}: ", is_password=field.secret, multiline=field.multiline)
