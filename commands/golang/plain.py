"""Templates of text and fields alone, which are most: what they give for a row without walking a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.golang import nodes
from commands.golang.sprint import SIZE_LIMIT
from commands.golang.state import MADE_PER_STEP, STEP_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commands.golang.parse import Trees
    from commands.golang.row import Row
    from commands.golang.state import Budget


class Plain:
    """A template that is only text and fields of the cursor; it is paid from the budget as any other."""

    def __init__(self, parts: list[tuple[str, str]]) -> None:
        self._parts = parts  # some text, and the field behind it; no field behind the last

    def text(self, row: Row, budget: Budget) -> str | None:
        """The output for a row; None where walking the tree has to find out what is wrong with it, or gives it."""
        shown = []
        for text, name in self._parts:
            shown.append(text)
            if not name:
                continue
            value = row.methods.get(name)
            value = value if isinstance(value, str) else row.lazy(name)
            if value is None:
                return None
            shown.append(value)
        whole = "".join(shown)
        steps = len(self._parts) + len(whole) // MADE_PER_STEP
        if steps > min(STEP_LIMIT, budget.steps) or len(whole) > min(SIZE_LIMIT, budget.size):
            return None
        budget.steps -= steps
        budget.size -= len(whole)
        return whole


def plain(trees: Trees) -> Plain | None:
    """The template, if it is such a one."""
    if len(trees.roots) != 1:
        return None
    try:
        return Plain(list(_parts(trees.roots[trees.name])))
    except _OtherError:
        return None


class _OtherError(Exception):
    """It is more than that."""


def _parts(root: nodes.Listing) -> Iterator[tuple[str, str]]:
    text = ""
    for node in root.nodes:
        match node:
            case nodes.Text():
                text += node.text
            case nodes.Action(
                pipe=nodes.Pipe(variables=[], commands=[nodes.Command(args=[nodes.FieldPath(names=[name])])])
            ):
                yield text, name
                text = ""
            case _:
                raise _OtherError
    yield text, ""
