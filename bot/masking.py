"""Text that comes in pieces, masked as it would be if it had come at once."""

from __future__ import annotations

from dataclasses import dataclass

from commands import secrets
from commands.forms import key_head, open_key

LONGEST = 16_384  # characters of a line, or of a block of lines that may be a secret together: then it goes on


@dataclass(frozen=True)
class Finished:
    """What of a text can be shown, masked; lines is how many it had before, whole whether the last of them is over."""

    text: str = ""
    lines: int = 0
    whole: bool = True


@dataclass
class Masking:
    """The end of such a text: what has no end of a line yet, or may be the beginning of a key."""

    _text: str = ""
    _head: str = ""  # the first line of a private key, of which a part was shown already

    def take(self, piece: str) -> Finished:
        """What is finished by this piece."""
        self._text += piece
        return self._shown(self._end())

    def rest(self) -> Finished:
        """Nothing more of it comes: what is left."""
        return self._shown(len(self._text))

    def _end(self) -> int:
        """Up to where it can be shown."""
        text, before = self._head + self._text, len(self._head)
        key = open_key(text)
        end = max(0, text.rfind("\n", 0, len(text) if key is None else key) + 1 - before)
        if len(self._text) - end <= LONGEST:
            return end
        line = self._text.rfind("\n") + 1
        return line or len(self._text) if key is not None else secrets.cut(self._text, len(self._text) - secrets.AROUND)

    def _shown(self, end: int) -> Finished:
        shown, self._text = self._text[:end], self._text[end:]
        if not shown:
            return Finished()
        whole = self._head + shown
        masked = secrets.mask_text(whole)
        if self._head:
            masked = masked.removeprefix(self._head) if masked.startswith(self._head) else masked[len(self._head) - 1 :]
        key = open_key(whole)
        self._head = "" if key is None else key_head(whole, key)
        lines = shown.count("\n") + (not shown.endswith("\n"))
        return Finished(masked, lines, shown.endswith("\n"))
