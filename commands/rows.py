"""A text of rows below a header in as much room as there is: it is cut at its end, and says how much that was."""

from __future__ import annotations

from itertools import accumulate

_SHARE = 4  # no row has more than this part of the room, so that one long command line leaves some to the others


def fitting(text: str, lines: int, limit: int) -> str:
    """The text in so many lines and characters: its first rows, and how many more there are. None ends in a newline."""
    rows = text.rstrip("\n").split("\n")
    if _fits(rows, lines, limit):
        return "\n".join(rows)
    widest = limit // _SHARE
    rows = [each if len(each) <= widest else f"{each[: widest - 1]}…" for each in rows]
    if _fits(rows, lines, limit):
        return "\n".join(rows)
    left = limit - len(_more(len(rows)))
    kept = sum(taken <= left for taken in accumulate(len(each) + 1 for each in rows[: lines - 1]))
    return "\n".join([*rows[:kept], _more(len(rows) - kept)])


def _fits(rows: list[str], lines: int, limit: int) -> bool:
    return len(rows) <= lines and sum(map(len, rows)) + len(rows) - 1 <= limit


def _more(rows: int) -> str:
    return f"… {rows:,} more row{'' if rows == 1 else 's'}"
