"""Is this message, or this view, one that Slack takes? Pure; the words are those of Slack's own validator.

Block types that slashdock never sends (cards, carousels, plans, task cards, videos) are refused as unsupported:
model them before use.
"""

from bot.blockrules.limits import TEXT_LIMIT, UPDATE_TEXT_LIMIT
from bot.blockrules.surfaces import (
    BLOCKS_TOO_LONG,
    NO_TEXT,
    TEXT_TOO_LONG,
    WHOLE_MESSAGE_ERRORS,
    problems,
    view_problems,
)

__all__ = [
    "BLOCKS_TOO_LONG",
    "NO_TEXT",
    "TEXT_LIMIT",
    "TEXT_TOO_LONG",
    "UPDATE_TEXT_LIMIT",
    "WHOLE_MESSAGE_ERRORS",
    "problems",
    "view_problems",
]
