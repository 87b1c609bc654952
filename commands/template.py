"""Go templates as docker's --format takes them."""

from __future__ import annotations

from commands.golang.execute import execute
from commands.golang.fault import TemplateError
from commands.golang.functions import FUNCTIONS, HEADER_FUNCTIONS
from commands.golang.parse import parse
from commands.golang.reflect import from_json, from_python
from commands.golang.row import Header, Row
from commands.golang.structs import typed
from commands.golang.value import Value

__all__ = ["Header", "Row", "Template", "TemplateError", "typed"]


class Template:
    """A parsed template; TemplateError if Go does not accept the source."""

    def __init__(self, source: str, name: str = "") -> None:
        self._trees = parse(name, source, FUNCTIONS)

    def execute(self, value: object, *, strict: bool | None = None) -> str:
        """The output for a value; strict: a missing map entry is a fault, by default for plain dicts only."""
        if strict is None:
            strict = isinstance(value, dict)
        functions = HEADER_FUNCTIONS if isinstance(value, Header) else FUNCTIONS
        text = execute(self._trees, _go_value(value), functions, strict=strict)
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _go_value(value: object) -> Value:
    match value:
        case Row() | Header():
            return value.value()
        case dict():
            return from_json(value)
        case _:
            return from_python(value)
