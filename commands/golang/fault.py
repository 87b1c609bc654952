"""What goes wrong in a template, in Go's words."""

from __future__ import annotations


class TemplateError(ValueError):
    """A template that cannot be parsed or executed; str() is Go's sentence without docker's prefix."""

    def __init__(self, sentence: str, *, parsing: bool) -> None:
        super().__init__(sentence)
        self.parsing = parsing


class GoError(Exception):
    """An error that a function called by a template returns; the template adds where it happened."""


class LimitError(Exception):
    """A text on the way grows beyond what a chat could ever show."""
