"""The lines of one source, masked, each with what stands before it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.masking import Finished, Masking


@dataclass
class Lines:
    """A prefix for each line is given with the text in which the line begins; where none is, none stands there."""

    _masking: Masking = field(default_factory=Masking)
    _prefixes: deque[str] = field(default_factory=deque)
    _within: bool = False  # whether a line was shown of which more comes

    def take(self, text: str, prefixes: Sequence[str]) -> str:
        """What is finished by this text."""
        self._prefixes.extend(prefixes)
        return self._told(self._masking.take(text))

    def rest(self) -> str:
        """What is left, as nothing more comes."""
        return self._told(self._masking.rest())

    def _told(self, finished: Finished) -> str:
        if not finished.text or not (self._prefixes or self._within):
            return finished.text
        begun = finished.lines - self._within
        prefixes = [self._prefixes.popleft() for _ in range(min(begun, len(self._prefixes)))]
        lines = finished.text.split("\n")
        if lines[-1] == "":
            lines.pop()
        ends = "\n" if finished.text.endswith("\n") else ""
        if self._within:
            prefixes.insert(0, "")
        self._within = not finished.whole
        if len(prefixes) != len(lines):  # a key of several lines is one: what stands before it is told once
            prefixes = [*prefixes[:1], *prefixes[len(prefixes) - len(lines) + 1 :]]
        prefixes += [""] * (len(lines) - len(prefixes))
        return "\n".join(before + line for before, line in zip(prefixes, lines, strict=False)) + ends
