"""A table as Slack draws it, within its limits: it can be sorted, and scrolls where a screen is narrow."""

from __future__ import annotations

import re

from bot.slack.elements import Json, one_line
from commands.reply import Table

ROWS = 201  # Slack, of a table, with its header
COLUMNS = 20  # Slack, of a table
CHARACTERS = 20_000  # Slack, of all cells of all tables of a message
EMPTY = "-"  # Slack takes no cell without a character

_NUMBER = re.compile(r"\d{1,15}")


def block(table: Table, left: int) -> tuple[Json, int] | None:
    """The block that draws it, and how many of the characters that are left it takes; None where Slack takes it not."""
    widths = {len(row) for row in table.rows}
    if not table.caption or not 1 < len(table.rows) <= ROWS or len(widths) != 1 or not 0 < max(widths) <= COLUMNS:
        return None
    rows = [[_cell(text) for text in row] for row in table.rows]
    taken = sum(len(cell["text"]) for row in rows for cell in row)
    if taken > left:
        return None
    return {"type": "data_table", "caption": one_line(table.caption), "rows": rows}, taken


def _cell(text: str) -> Json:
    shown = one_line(text) or EMPTY
    if _NUMBER.fullmatch(shown):
        return {"type": "raw_number", "value": int(shown), "text": shown}
    return {"type": "raw_text", "text": shown}
