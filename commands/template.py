"""Go templates as docker's --format takes them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from commands.golang.execute import execute
from commands.golang.fault import TemplateError
from commands.golang.functions import FUNCTIONS, HEADER_FUNCTIONS
from commands.golang.parse import Trees, parse
from commands.golang.plain import plain
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
        self._plain = plain(self._trees)
        self._budget = Budget()

    def execute(self, value: object, *, strict: bool | None = None) -> str:
        """The output for a value; strict: a missing map entry is a fault, by default for plain dicts only."""
        text = self._plain.text(value, self._budget) if self._plain is not None and isinstance(value, Row) else None
        if text is None:
            text = self._walked(value, strict=isinstance(value, dict) if strict is None else strict)
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    def _walked(self, value: object, *, strict: bool) -> str:
        functions = HEADER_FUNCTIONS if isinstance(value, Header) else FUNCTIONS
        return execute(self._trees, _go_value(value), functions, self._budget, strict=strict)


@lru_cache(maxsize=KNOWN)
def _parsed(name: str, source: str) -> Trees:
    """The trees, which nobody alters; lists are printed by a few templates again and again."""
    return parse(name, source, FUNCTIONS)


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


def _go_value(value: object) -> Value:
    match value:
        case Row() | Header():
            return value.value()
        case dict():
            return from_json(value)
        case _:
            return from_python(value)
