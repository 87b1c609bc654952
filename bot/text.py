"""A reply as a terminal shows it: docker's two streams, and what slashdock adds, which goes to standard error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import assert_never

from commands.chart import Chart
from commands.reply import Asking, Buttons, Document, Errors, Moment, Note, Output, Part, Printed, Reply, Table
from commands.tabwriter import align
from commands.units import size


@dataclass(frozen=True)
class Piece:
    """Some text for one of the two streams; ours tells slashdock's own words from docker's."""

    text: str
    error: bool = False
    ours: bool = False


def pieces(reply: Reply) -> Iterator[Piece]:
    """The reply as text, in its order."""
    for part in reply.parts:
        yield from _pieces(part)


def docker(reply: Reply) -> str:
    """What docker's CLI would have printed: standard output, then standard error."""
    told = [piece for piece in pieces(reply) if not piece.ours]
    return "".join(piece.text for piece in told if not piece.error) + "".join(p.text for p in told if p.error)


def added(reply: Reply) -> str:
    """What slashdock adds to docker's words."""
    return "".join(piece.text for piece in pieces(reply) if piece.ours)


def table(rows: tuple[tuple[str, ...], ...]) -> str:
    """Rows in columns as docker aligns them; the last column is not padded."""
    return align("".join("\t".join(row) + "\n" for row in rows))


def _pieces(part: Part) -> Iterator[Piece]:
    match part:
        case Output(text):
            yield Piece(text)
        case Errors(text):
            yield Piece(text, error=True)
        case Printed(printed):
            yield from (Piece(text, error=error) for text, error in printed)
        case Table(rows, ours, _):
            yield Piece(table(rows), error=ours, ours=ours)
        case Document():
            yield _document(part)
        case Chart():
            yield Piece(f"{part.words()}\n", error=True, ours=True)
        case Note(text):
            yield Piece(f"{text}\n", error=True, ours=True)
        case Moment(label, at):
            moment = datetime.fromtimestamp(at, UTC)
            yield Piece(f"{label} {moment:%Y-%m-%d %H:%M:%S} UTC\n", error=True, ours=True)
        case Buttons() | Asking():
            return  # a terminal has none; the words beside them say what to type
        case _:
            assert_never(part)


def _document(part: Document) -> Piece:
    if isinstance(part.content, str):
        return Piece(part.content)
    if isinstance(part.content, Path):
        where = f"lies in {part.content}" if part.content.exists() else "is not kept any more"
        return Piece(f"{part.name} {where}.\n", error=True, ours=True)
    told = f"{part.name} is a file of {size(len(part.content))}, which Slack shows and a terminal does not.\n"
    return Piece(told, error=True, ours=True)
