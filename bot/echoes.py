"""What is typed at a terminal, and whether it comes back: what does not, such as a password, nobody was to see."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from commands.chance import MASK
from commands.legible import bare

REACH = 4096  # characters that are printed after a line is typed, and one of whose lines may be its echo
PROMPTS = 16  # that are known
_HIDDEN = f"{MASK}\n"


@dataclass
class Typed:
    """A key, or a line with its end, as it is shown; echo is what comes back of it, empty where that is not asked.

    unseen is what did not.
    """

    shown: str
    echo: str = ""
    printed: int = 0  # characters since
    unseen: str = ""


class Echoes:
    """Those of which is not known yet whether they come back, in the order in which they were typed."""

    def __init__(self) -> None:
        self._waiting: deque[Typed] = deque()
        self._line = ""
        self._prompts: deque[str] = deque(maxlen=PROMPTS)  # what stood before the cursor when something was typed

    def typed(self, typed: Typed) -> list[Typed]:
        """One more; those of which it is known now. What was printed since the ones before were typed is no echo."""
        for each in self._waiting:
            if each.echo and each.printed:
                self._hide(each)
        self._waiting.append(typed)
        self._prompts.append(bare(self._line).strip())
        return self._known()

    def printed(self, text: str) -> list[Typed]:
        """This was printed; those of which it is known now."""
        *lines, last = (self._line + text).split("\n")
        self._line = last[-REACH:]
        for line in lines:
            self._heard(bare(line).strip())
        for each in self._waiting:
            each.printed += len(text)
            if each.printed > REACH:
                self._hide(each)
        return self._known()

    def rest(self) -> list[Typed]:
        """Nothing more is printed: all that are left."""
        for each in self._waiting:
            if each.echo:
                self._hide(each)
        return self._known()

    def _heard(self, line: str) -> None:
        """Those that were typed before one that comes back do not any more."""
        place = next(
            (at for at, each in enumerate(self._waiting) if each.echo and self._is_echo(line, each.echo)), None
        )
        if place is None:
            return
        for at, each in enumerate(self._waiting):
            if at < place and each.echo:
                self._hide(each)
        self._waiting[place].echo = ""

    def _is_echo(self, line: str, typed: str) -> bool:
        """Whether it is what was typed, after nothing or a prompt: not a line of output that happens to end so."""
        return line.endswith(typed) and line[: -len(typed)].strip() in {"", *self._prompts}

    def _known(self) -> list[Typed]:
        known = []
        while self._waiting and not self._waiting[0].echo:
            known.append(self._waiting.popleft())
        return known

    @staticmethod
    def _hide(typed: Typed) -> None:
        typed.shown, typed.echo, typed.unseen = _HIDDEN, "", typed.echo
