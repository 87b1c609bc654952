"""Values taken out of a TOML document one by one: what is wrong is gathered, with its line and what was expected."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.toml_lines import Key, Lines

_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION = re.compile(r"(\d{1,6})([smhd])")
_BYTES = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_SIZE = re.compile(r"(\d{1,12})([bkmg]?)", re.IGNORECASE)

Table = Mapping[str, Any]


class Reading:
    """One pass over a document; a part with a fault is left out of what is read."""

    def __init__(self, places: Lines) -> None:
        self.faults: set[tuple[int, str]] = set()
        self.places = places

    def fault(self, key: Key, text: str, word: str = "") -> None:
        """Note that something is wrong at this key, or at a word within its value."""
        self.faults.add((self.places.of(key, word), text))

    def keys(self, table: Table, at: Key, known: Iterable[str]) -> None:
        """See that the table has no other keys than these."""
        for key in table:
            if key not in known:
                self.fault((*at, key), f"unknown key {key!r}{nearest(key, known)}", key)

    def table(self, parent: Table, key: Key) -> Table:
        """The table of that key, empty where there is none."""
        value = parent.get(str(key[-1]), {})
        if isinstance(value, dict):
            return value
        self.fault(key, f"expected {key[-1]} to be a table")
        return {}

    def words(self, table: Table, key: Key, *, needed: bool = True, least: int = 1) -> tuple[str, ...]:
        """A list of at least so many words."""
        if needed and key[-1] not in table:
            self.fault(key, f'{key[-1]} is missing; expected {key[-1]} = ["...", ...]')
            return ()
        value = table.get(str(key[-1]), [])
        if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
            self.fault(key, f'expected {key[-1]} = ["...", ...]')
            return ()
        if len(value) < least and key[-1] in table:
            self.fault(key, f"{key[-1]} is empty, which could mean all or none; name at least one")
        return tuple(value)

    def shaped(self, words: tuple[str, ...], key: Key, shape: re.Pattern[str], expected: str) -> tuple[str, ...]:
        """The words, each of which has to be of this shape."""
        for word in words:
            if not shape.fullmatch(word):
                self.fault(key, f"{word!r} is no {expected}", word)
        return words

    def word(self, table: Table, key: Key, *, needed: bool = False) -> str:
        """One word; empty where there is none."""
        if not needed and key[-1] not in table:
            return ""
        value = table.get(str(key[-1]))
        if isinstance(value, str) and value:
            return value
        self.fault(key, f'expected {key[-1]} = "..."')
        return ""

    def seconds(self, table: Table, key: Key, default: float | None = None) -> float | None:
        """A length of time such as "15m", in seconds; the default where there is none."""
        if key[-1] not in table:
            return default
        found = _DURATION.fullmatch(str(table[str(key[-1])]))
        if found is None or int(found[1]) == 0:
            self.fault(key, f'expected {key[-1]} to be a length of time such as "90s", "15m", "8h" or "2d"')
            return default
        return int(found[1]) * _SECONDS[found[2]]

    def bytes(self, table: Table, key: Key) -> int | None:
        """A size such as "512m"; None where there is none."""
        if key[-1] not in table:
            return None
        found = _SIZE.fullmatch(str(table[str(key[-1])]))
        if found is None or int(found[1]) == 0:
            self.fault(key, f'expected {key[-1]} to be a size such as "512m" or "2g"')
            return None
        return int(found[1]) * _BYTES[found[2].lower()]

    def count(self, table: Table, key: Key) -> int | None:
        """A whole number from 1 on; None where there is none."""
        value = table.get(str(key[-1]))
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
            return value
        self.fault(key, f"expected {key[-1]} to be a whole number, 1 or more")
        return None

    def number(self, table: Table, key: Key, default: float) -> float:
        """A number above 0."""
        value = table.get(str(key[-1]), default)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf"):
            return float(value)
        self.fault(key, f"expected {key[-1]} to be a number above 0")
        return default

    def flag(self, table: Table, key: Key) -> bool:
        """True or false; false where there is none."""
        value = table.get(str(key[-1]), False)
        if not isinstance(value, bool):
            self.fault(key, f"expected {key[-1]} to be true or false")
        return value is True


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: the nearest known one, empty where none is near."""
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
