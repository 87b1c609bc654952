"""Text from outside made harmless: nothing in it is invisible, moves a cursor or means something to Slack."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable

from commands import legible

_DOUBLE = frozenset('\n\t"\\')  # two characters each in JSON
_BASIC_PLANE = "\uffff"  # characters above it are two in UTF-16, which Slack's servers may count
CUT = " … (cut)"


def visible(text: str) -> tuple[str, int]:
    """The text without terminal sequences, invisible characters as their numbers, and how many those were."""
    blocks = [_visible(block) for block in legible.blocks(text)]
    return "".join(shown for shown, _ in blocks), sum(count for _, count in blocks)


def _visible(block: str) -> tuple[str, int]:
    if block.isascii() and block.replace("\n", "").isprintable():
        return block, 0
    block = legible.SEQUENCES.sub("", block).replace("\r\n", "\n").replace("\r", "\n")
    hidden = {each: count for each, count in Counter(block).items() if legible.is_unseen(each)}
    shown = block.translate({ord(each): f"\\u{{{ord(each):x}}}" for each in hidden}) if hidden else block
    return shown, sum(hidden.values())


def escaped(text: str) -> str:
    """The text for a place where Slack reads its own markup: mentions and links in it are only text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    """The text in so many characters, its end marked where it was cut."""
    return text if len(text) <= limit else text[: limit - len(CUT)] + CUT


def cut_escaped(text: str, limit: int) -> str:
    """Escaped text in so many characters; no entity is cut in two."""
    if len(text) <= limit:
        return text
    kept = text[: limit - len(CUT)]
    start = kept.rfind("&")
    return (kept if ";" in kept[start:] or start < 0 else kept[:start]) + CUT


def head(text: str, room: int) -> str:
    """The first whole lines of the text that take at most so many characters as JSON; part of a line if it is long."""
    fits = _fitting(lambda count: text[:count], len(text), room)
    if fits == len(text):
        return text
    return text[: text.rfind("\n", 0, fits) + 1 or fits]


def foot(text: str, room: int) -> str:
    """The last whole lines of the text that take at most so many characters as JSON; empty where the last is longer."""
    fits = _fitting(lambda count: text[len(text) - count :], len(text), room)
    if fits == len(text):
        return text
    return text[len(text) - fits - 1 :].partition("\n")[2]


def _fitting(part: Callable[[int], str], length: int, room: int) -> int:
    """The most characters of which a part has room."""
    most = min(length, max(room, 0))  # none takes less than one
    return bisect_right(range(1, most + 1), room, key=lambda count: _size(part(count)))


def tail(text: str, lines: int, limit: int) -> str:
    """The last so many lines of the text, in so many characters."""
    kept = "\n".join(text.rstrip("\n").split("\n")[-lines:])
    return kept[-limit:].partition("\n")[2] or kept[-limit:] if len(kept) > limit else kept


def _size(text: str) -> int:
    """How many characters the text takes as JSON."""
    beyond = 0 if text.isascii() else sum(each > _BASIC_PLANE for each in text)
    return len(text) + sum(map(text.count, _DOUBLE)) + beyond
