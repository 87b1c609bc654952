"""Text in columns as Go's tabwriter aligns it, which docker's CLI prints its tables with."""

from __future__ import annotations

import unicodedata

_WIDE = {"W", "F"}  # East Asian Wide and Fullwidth take two columns
_NO_WIDTH = {"Mn", "Me", "Cf", "Cc"}  # marks and controls take none


def align(text: str, minimum: int = 10, padding: int = 3) -> str:
    """The text with its tabs made columns: a column lasts as long as successive lines have a cell in it."""
    rows = [line.split("\t") for line in text.split("\n")]
    plain = text.isascii() and text.replace("\n", "").replace("\t", "").isprintable()
    taken = [list(map(len if plain else width, row)) for row in rows]
    widths: list[list[int]] = [[] for _ in rows]
    for column in range(max(map(len, rows)) - 1):
        _measure(taken, widths, column, minimum, padding)
    return "\n".join(map(_padded, rows, taken, widths))


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return len(text) if text.isascii() and text.isprintable() else sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.category(char) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def _measure(taken: list[list[int]], widths: list[list[int]], column: int, minimum: int, padding: int) -> None:
    block: list[int] = []
    for at, row in enumerate([*taken, []]):
        if column < len(row) - 1:
            block.append(at)
        elif block:
            widest = max(minimum, max(taken[line][column] for line in block) + padding)
            for line in block:
                widths[line].append(widest)
            block = []


def _padded(row: list[str], taken: list[int], widths: list[int]) -> str:
    cells = [cell + " " * (size - own) for cell, own, size in zip(row, taken, widths, strict=False)]
    return "".join([*cells, row[-1]])


def ellipsis(text: str, columns: int) -> str:
    """A text cut to so many columns of a terminal, with … for what is gone."""
    if width(text) <= columns:
        return text
    taken, kept = 0, ""
    for char in text:
        taken += max(1, _width(char))
        if taken > columns - 1:
            break
        kept += char
    return kept + "…"
