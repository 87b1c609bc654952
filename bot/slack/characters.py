"""Text from outside made harmless: nothing in it is invisible, moves a cursor or means something to Slack."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate

from commands import legible

_DOUBLE = frozenset('\n\t"\\')  # two characters each in JSON
_BASIC_PLANE = "\uffff"  # characters above it are two in UTF-16, which Slack's servers may count
CUT = " … (cut)"


def visible(text: str) -> tuple[str, int]:
    """The text without terminal sequences, invisible characters as their numbers, and how many those were."""
    blocks = [_visible(block) for block in legible.blocks(text)]
    return "".join(shown for shown, _ in blocks), sum(count for _, count in blocks)


def _visible(block: str) -> tuple[str, int]:
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
    sizes = list(accumulate(map(_size, text[: room + 1])))
    fits = next((i for i, size in enumerate(sizes) if size > room), len(sizes))
    if fits == len(text):
        return text
    return text[: text.rfind("\n", 0, fits) + 1 or fits]


def foot(text: str, room: int) -> str:
    """The last whole lines of the text that take at most so many characters as JSON; empty where the last is longer."""
    sizes = list(accumulate(map(_size, reversed(text[-room - 1 :]))))
    fits = next((i for i, size in enumerate(sizes) if size > room), len(sizes))
    if fits == len(text):
        return text
    return text[len(text) - fits - 1 :].partition("\n")[2]


def tail(text: str, lines: int, limit: int) -> str:
    """The last so many lines of the text, in so many characters."""
    kept = "\n".join(text.rstrip("\n").split("\n")[-lines:])
    return kept[-limit:].partition("\n")[2] or kept[-limit:] if len(kept) > limit else kept


def _size(character: str) -> int:
    return 2 if character in _DOUBLE or character > _BASIC_PLANE else 1
