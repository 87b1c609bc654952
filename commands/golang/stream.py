"""The tokens of a template while they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from commands.golang.fault import TemplateError
from commands.golang.items import Item, Token

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass
class Stream:
    """The tokens of a template, with a place to read on from."""

    name: str
    items: list[Item]
    functions: Collection[str]
    place: int = 0
    furthest: int = 0

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

    def fault(self, sentence: str) -> TemplateError:
        """What is wrong at the last token that was read."""
        line = self.items[self.furthest].line
        return TemplateError(f"template: {self.name}:{line}: {sentence}", parsing=True)
