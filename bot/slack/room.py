"""How much of a message is taken: Slack refuses one whose blocks are too long together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

BLOCKS = 12_900  # characters of all blocks as JSON; Slack is reported to refuse about 13,200
DOCKER = 11_000  # of those, the most that docker's text takes
OWN = 5_000  # of those, the most that notes, moments and buttons take
CHARTS = 6_600  # of those, the most that charts take
FILES = 700  # kept for the sentences that name files
FILTER = 200  # kept for the button that filters
LAST = 400  # kept for what is said at the end
PRESSED = 400  # kept in a message with buttons, for the sentence about the one that is pressed
FRAME = 100  # of an element or a block around its text; the longest has 93


def size(element: Mapping[str, Any]) -> int:
    """Characters of an element among others, as JSON; in UTF-16, which Slack's servers may count."""
    return (
        len(json.dumps(element, ensure_ascii=False, separators=(",", ":")).encode("utf-16-le", "surrogatepass")) // 2
        + 1
    )
