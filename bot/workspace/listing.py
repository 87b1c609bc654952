"""Pages of a long list, as Slack's cursors give them out."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.workspace.errors import SlackError

PAGE = 1_000  # most items a page; Slack


def page(name: str, items: Sequence[Any], args: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the list that `limit` and `cursor` ask for, under this name."""
    try:
        start = int(args.get("cursor") or 0)
    except ValueError:
        raise SlackError("invalid_cursor") from None
    end = start + min(int(args.get("limit") or PAGE), PAGE)
    cursor = str(end) if end < len(items) else ""
    return {name: list(items[start:end]), "response_metadata": {"next_cursor": cursor}}


def true(value: Any) -> bool:
    """A boolean argument, from JSON or from a form."""
    return value is True or str(value).lower() in {"1", "true"}
