"""The tokens of a template while they are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from commands.golang.fault import TemplateError
from commands.golang.items import Item, Token

if TYPE_CHECKING:
    from collections.abc import Collection


NESTING_LIMIT = 60  # parentheses and blocks within each other; Go has no limit, which no honest template needs


@dataclass
class Stream:
    """The tokens of a template, with a place to read on from."""

    name: str
    items: list[Item]
    functions: Collection[str]
    place: int = 0
    furthest: int = 0
    depth: int = 0  # parentheses and blocks around the place

    def next(self) -> Item:
        """The next token; the last one again and again at the end."""
        self.furthest = max(self.furthest, min(self.place, len(self.items) - 1))
        item = self.items[min(self.place, len(self.items) - 1)]
        self.place += 1
        return item

    def peek(self) -> Item:
        """The next token, left in place."""
        item = self.next()
        self.place -= 1
        return item

    def solid(self) -> Item:
        """The next token that is no space."""
        while (item := self.next()).kind is Token.SPACE:
            pass
        return item

    def peek_solid(self) -> Item:
        """The next token that is no space, left in place; spaces before it are gone."""
        item = self.solid()
        self.place -= 1
        return item

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Read what stands in parentheses or a block."""
        if self.depth == NESTING_LIMIT:
            raise self.fault("nested too deeply")
        self.depth += 1
        yield
        self.depth -= 1

    def fault(self, sentence: str) -> TemplateError:
        """What is wrong at the last token that was read."""
        line = self.items[self.furthest].line
        return TemplateError(f"template: {self.name}:{line}: {sentence}", parsing=True)
