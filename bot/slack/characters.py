"""Text from outside made harmless: nothing in it is invisible, moves a cursor or means something to Slack."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from commands.legible import UNSEEN

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)"  # operating system commands, such as a window's title
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # control sequences, such as colours
    r"|\x1b[PX^_][^\x1b\n]*\x1b\\"  # device control strings
    r"|\x1b[ -/]*[0-~]"
)
BLOCK = 65536  # characters that are looked at at once: no thread waits longer than that for its turn
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_LAYOUT = "\n\t"
_DOUBLE = frozenset('\n\t"\\')  # two characters each in JSON
_BASIC_PLANE = "\uffff"  # characters above it are two in UTF-16, which Slack's servers may count
CUT = " … (cut)"


def visible(text: str) -> tuple[str, int]:
    """The text without terminal sequences, invisible characters as their numbers, and how many those were."""
    blocks = [_visible(block) for block in _blocks(text)]
    return "".join(shown for shown, _ in blocks), sum(count for _, count in blocks)


def _blocks(text: str) -> Iterator[str]:
    """The text in blocks that end at a line's end, or before a terminal sequence where a line is longer than that."""
    start = 0
    while len(text) - start > BLOCK:
        limit = start + BLOCK
        end = text.rfind("\n", start, limit) + 1 or max(text.rfind("\x1b", start, limit), start)
        end = limit if end == start else end
        yield text[start:end]
        start = end
    yield text[start:]


def _visible(block: str) -> tuple[str, int]:
    block = _ESCAPES.sub("", block).replace("\r\n", "\n").replace("\r", "\n")
    hidden = {each: count for each, count in Counter(block).items() if _is_hidden(each)}
    shown = block.translate({ord(each): f"\\u{{{ord(each):x}}}" for each in hidden}) if hidden else block
    return shown, sum(hidden.values())


def _is_hidden(char: str) -> bool:
    return char not in _LAYOUT and (unicodedata.category(char) in _INVISIBLE or UNSEEN.match(char) is not None)


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


def tail(text: str, lines: int, limit: int) -> str:
    """The last so many lines of the text, in so many characters."""
    kept = "\n".join(text.rstrip("\n").split("\n")[-lines:])
    return kept[-limit:].partition("\n")[2] or kept[-limit:] if len(kept) > limit else kept


def _size(character: str) -> int:
    return 2 if character in _DOUBLE or character > _BASIC_PLANE else 1
