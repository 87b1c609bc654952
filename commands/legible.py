"""Characters that nobody sees, or that look like a blank and are none, written out: what is read is what is there."""

from __future__ import annotations

import re

# What Unicode lets a font leave out although its category does not say so, fillers, and the blank pattern of Braille.
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\U000e0100-\U000e01ef]")
_STYLES = re.compile("[\ufe00-\ufe0f]")  # how the character before looks, as in emoji


def shown(text: str) -> str:
    """The text on one line, whatever cannot be seen, and every blank but the usual one, written as its number."""
    return "".join(map(_written, text)) if _is_odd(text) else text


def _is_odd(text: str) -> bool:
    return not text.isprintable() or UNSEEN.search(text) is not None or _STYLES.search(text) is not None


def _written(char: str) -> str:
    return f"\\u{{{ord(char):x}}}" if _is_odd(char) else char
