"""Templates of text, fields and choices between these by a field, which most are: what a row gives, without a walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from commands.golang import nodes
from commands.golang.sprint import SIZE_LIMIT
from commands.golang.state import MADE_PER_STEP, STEP_LIMIT

if TYPE_CHECKING:
    from commands.golang.parse import Trees
    from commands.golang.row import Row
    from commands.golang.state import Budget


class _OtherError(Exception):
    """It is more than that."""


@dataclass(frozen=True)
class _Field:
    name: str

    def of(self, row: Row) -> str:
        value = row.methods.get(self.name)
        if isinstance(value, str):
            return value
        value = row.lazy(self.name)
        if value is None:
            raise _OtherError
        return value


@dataclass(frozen=True)
class _Choice:
    """By whether a field has any text."""

    field: _Field
    body: _Parts
    otherwise: _Parts


_Parts = Sequence[str | _Field | _Choice]


@dataclass(frozen=True)
class Plain:
    """Such a template; it is paid from the budget as any other."""

    parts: _Parts

    def text(self, row: Row, budget: Budget) -> str | None:
        """The output for a row; None where walking the tree has to find out what is wrong with it, or gives it."""
        shown: list[str] = []
        try:
            _show(self.parts, row, shown)
        except _OtherError:
            return None
        whole = "".join(shown)
        steps = len(shown) + len(whole) // MADE_PER_STEP
        if steps > min(STEP_LIMIT, budget.steps) or len(whole) > min(SIZE_LIMIT, budget.size):
            return None
        budget.steps -= steps
        budget.size -= len(whole)
        return whole


def plain(trees: Trees) -> Plain | None:
    """The template, if it is such a one."""
    try:
        return Plain(_parts(trees.roots[trees.name])) if len(trees.roots) == 1 else None
    except _OtherError:
        return None


def _show(parts: _Parts, row: Row, shown: list[str]) -> None:
    for part in parts:
        match part:
            case str():
                shown.append(part)
            case _Field():
                shown.append(part.of(row))
            case _Choice():
                _show(part.body if part.field.of(row) else part.otherwise, row, shown)


def _parts(listing: nodes.Listing | None) -> _Parts:
    return [_part(node) for node in listing.nodes] if listing is not None else []


def _part(node: nodes.Node) -> str | _Field | _Choice:
    match node:
        case nodes.Text():
            return node.text
        case nodes.Action():
            return _field(node.pipe)
        case nodes.Branch(keyword="if"):
            return _Choice(_field(node.pipe), _parts(node.body), _parts(node.otherwise))
    raise _OtherError


def _field(pipe: nodes.Pipe) -> _Field:
    match pipe:
        case nodes.Pipe(variables=[], commands=[nodes.Command(args=[nodes.FieldPath(names=[name])])]):
            return _Field(name)
    raise _OtherError
