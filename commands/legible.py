"""Characters that nobody sees, or that look like a blank and are none, written out: what is read is what is there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

SEQUENCES = re.compile(
    r"\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)"  # operating system commands, such as a window's title
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # control sequences, such as colours
    r"|\x1b[PX^_][^\x1b\n]*\x1b\\"  # device control strings
    r"|\x1b[ -/]*[0-~]"
)
BLOCK = 65536  # characters that are looked at at once: no thread waits longer than that for its turn
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_LAYOUT = "\r\n\t"
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


def bare(text: str) -> str:
    """The text as a reader puts it together: without terminal sequences, and without what cannot be seen."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").replace("\r", "").isprintable():
        return text  # as nearly all that is printed, and a tenth of the time to tell
    return "".join(map(_bare, blocks(text)))


def blocks(text: str) -> Iterator[str]:
    """The text in blocks that end at a line's end, or before a terminal sequence where a line is longer than that."""
    start = 0
    while len(text) - start > BLOCK:
        limit = start + BLOCK
        end = text.rfind("\n", start, limit) + 1 or max(text.rfind("\x1b", start, limit), start)
        end = limit if end == start else end
        yield text[start:end]
        start = end
    yield text[start:]


def is_unseen(char: str) -> bool:
    """Whether nothing shows that this character is there; ends of lines and tabs show."""
    return char not in _LAYOUT and (unicodedata.category(char) in _INVISIBLE or UNSEEN.match(char) is not None)


def _bare(block: str) -> str:
    block = SEQUENCES.sub("", block)
    unseen = [ord(each) for each in set(block) if is_unseen(each)]
    return block.translate(dict.fromkeys(unseen)) if unseen else block
