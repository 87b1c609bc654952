"""Go templates as docker's --format takes them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from commands.golang.execute import execute
from commands.golang.fault import TemplateError
from commands.golang.functions import FUNCTIONS, HEADER_FUNCTIONS
from commands.golang.parse import Trees, parse
from commands.golang.reflect import from_json, from_python
from commands.golang.row import Header, Row
from commands.golang.state import Budget
from commands.golang.structs import typed
from commands.golang.value import Value

__all__ = ["Header", "Inspection", "Row", "Template", "TemplateError", "typed"]

KNOWN = 64  # templates whose trees are kept, which nothing alters


class Template:
    """A parsed template; TemplateError if Go does not accept the source.

    It has one budget of steps and output for all its executions, so it lives no longer than one command.
    """

    def __init__(self, source: str, name: str = "") -> None:
        self._trees = _parsed(name, source)
        self._budget = Budget()

    def execute(self, value: object, *, strict: bool | None = None) -> str:
        """The output for a value; strict: a missing map entry is a fault, by default for plain dicts only."""
        if strict is None:
            strict = isinstance(value, dict)
        functions = HEADER_FUNCTIONS if isinstance(value, Header) else FUNCTIONS
        text = execute(self._trees, _go_value(value), functions, self._budget, strict=strict)
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class Inspection:
    """How docker inspect executes a template on object after object: first as docker's struct, then as it came."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._strict = False  # as in docker, every missing entry is a fault once an object was shown as it came

    def text(self, kind: str, raw: dict[str, Any], *, as_it_came: bool = True) -> str:
        """The output for an object; docker volume inspect alone never shows one as it came."""
        try:
            return self._template.execute(typed(kind, raw), strict=self._strict)
        except TemplateError:
            if not as_it_came:
                raise
        self._strict = True
        return self._template.execute(raw)


@lru_cache(maxsize=KNOWN)
def _parsed(name: str, source: str) -> Trees:
    return parse(name, source, FUNCTIONS)


def _go_value(value: object) -> Value:
    match value:
        case Row() | Header():
            return value.value()
        case dict():
            return from_json(value)
        case _:
            return from_python(value)
