"""The recording of a session: what was typed and printed, and when, without secrets."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.echoes import Echoes, Typed
from bot.masking import Masking
from bot.wrapping import Wrapping
from commands import secrets
from commands.chance import MASK
from commands.filing import Draft
from commands.live import HEIGHT, WIDTH
from commands.reply import Document

REMEMBERED = 64  # secrets that were typed, and are hidden in what is printed after that
_MASKS = 4  # secrets on one line that are told apart
_REMEMBERED_FROM = 6  # characters: a shorter one would hide parts of all that is printed
_LONG = 8  # characters from which a secret is one within a word, too


@dataclass
class Recording:
    """An asciicast, version 2: a line of JSON for each piece that was printed or typed, with the seconds since."""

    draft: Draft
    title: str
    began: float
    _since: float = field(default_factory=time.monotonic)
    _printed: Masking = field(default_factory=Masking)
    _wrapping: Wrapping = field(default_factory=Wrapping)
    _echoes: Echoes = field(default_factory=Echoes)
    _secrets: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        head = {"version": 2, "width": WIDTH, "height": HEIGHT, "timestamp": round(self.began), "title": self.title}
        self.draft.write(f"{json.dumps(head)}\n".encode())

    def pressed(self, key: str) -> None:
        """A key; raises TooLarge."""
        with self._lock:
            self._settle(self._echoes.typed(Typed(key)))

    def typed(self, text: str, *, hidden: bool, echoes: bool) -> None:
        """Lines, without the end of the last; raises TooLarge.

        hidden: they are secret. echoes: what is no secret comes back; where nothing does, they stand after all that was
        printed until now.
        """
        with self._lock:
            if not echoes:
                self._put("o", self._rest())
            for line in text.split("\n"):
                shown = MASK if hidden else secrets.mask_text(line)
                self._secrets.extend(each for each in _hidden(line, shown) if len(each) >= _REMEMBERED_FROM)
                awaited = line.strip() if echoes and not hidden else ""
                self._settle(self._echoes.typed(Typed(f"{shown}\n", awaited)))

    def printed(self, text: str) -> None:
        """Printed; raises TooLarge."""
        with self._lock:
            joined = self._wrapping.take(text)
            self._settle(self._echoes.printed(joined))
            self._put("o", self._without(self._printed.take(joined).text))

    def document(self, name: str, title: str) -> Document:
        """All of it, as a file."""
        with self._lock:
            last = [("o", self._rest()), *(("i", each.shown) for each in self._echoes.rest())]
            return Document(self.draft.finish(b"".join(self._event(*each) for each in last if each[1])), name, title)

    def _settle(self, known: Iterable[Typed]) -> None:
        for each in known:
            if each.unseen and len(each.unseen) >= _REMEMBERED_FROM and " " not in each.unseen:
                self._secrets.append(each.unseen)
            self._put("i", each.shown)

    def _rest(self) -> str:
        """What was printed and may not be whole."""
        first = self._printed.take(self._wrapping.rest()).text
        return self._without(first + self._printed.rest().text)

    def _without(self, text: str) -> str:
        """The text without the secrets that were typed before it."""
        for secret in self._secrets:
            word = re.escape(secret)
            text = re.sub(word if len(secret) >= _LONG else rf"(?<!\w){word}(?!\w)", MASK, text)
        return text

    def _put(self, kind: str, text: str) -> None:
        """What is masked."""
        if text:
            self.draft.write(self._event(kind, text))

    def _event(self, kind: str, text: str) -> bytes:
        at = round(time.monotonic() - self._since, 3)
        return f"{json.dumps([at, kind, text])}\n".encode()


def _hidden(line: str, shown: str) -> list[str]:
    """What of a line does not stand in how it is shown."""
    if line == shown:
        return []
    kept = shown.split(MASK)
    pattern = "(.+?)".join(map(re.escape, kept))
    found = re.fullmatch(pattern, line) if len(kept) <= _MASKS else None
    return [each for each in (found.groups() if found else (line,)) if each.strip()]
