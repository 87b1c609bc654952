"""How far a long work is, at a terminal: painted in its place, or line by line where that cannot be."""

from __future__ import annotations

import time
from typing import TextIO

from commands.live import Unseen, View
from commands.rows import fitting

OFTEN = 0.1  # seconds between two looks; faster is not seen
ROWS = 20  # of the text that are painted: of its end, but where it is shown anew


class Passing:
    """Called with each look; done() takes away what was painted, as the answer holds it again.

    Of what lives on, each line is written once as it comes, to `printed`, as it is in no answer; where that is no
    terminal, all looks at what is shown anew are printed as well, as docker does into a pipe. passes: whether it is
    shown how far all else is. Raises Unseen where nobody reads any more.
    """

    def __init__(self, stream: TextIO, printed: TextIO, *, passes: bool) -> None:
        self._stream = stream
        self._printed = printed
        self._passes = passes
        self._paints = stream.isatty()
        self._lines: list[str] = []  # as they stand there
        self._last = 0.0
        self._state = ""
        self._printed_last = ""

    def __call__(self, view: View) -> None:
        """Show it."""
        lines = view.text.splitlines()
        if view.lives and not view.anew:
            self._tell(view.state)
            self._print(view.added)
        elif view.lives and not (self._passes and self._printed.isatty()):
            self._tell(view.state)
            self._print(view.text if view.text != self._printed_last else "")
            self._printed_last = view.text
        elif not self._passes:
            return
        elif not self._paints:
            self._write([line for at, line in enumerate(lines) if self._lines[at : at + 1] != [line]])
            self._lines = lines
        elif time.monotonic() - self._last >= OFTEN:
            self._last = time.monotonic()
            self.done()
            self._lines = _cut([line[:_WIDTH] for line in lines], anew=view.anew)
            self._write(self._lines)

    def _tell(self, state: str) -> None:
        """How what lives stands, as that its engine is away, once it is otherwise."""
        if state and state != self._state:
            self._write([state])
        self._state = state

    def _print(self, text: str) -> None:
        try:
            encoding = self._printed.encoding or "utf-8"
            self._printed.write(text.encode(encoding, "backslashreplace").decode(encoding))
            self._printed.flush()
        except (OSError, ValueError) as error:
            raise Unseen from error

    def done(self) -> None:
        """Nothing passes any more."""
        if self._paints and self._lines:
            self._stream.write(f"\x1b[{len(self._lines)}A\x1b[J")
            self._stream.flush()
        self._lines = []

    def _write(self, lines: list[str]) -> None:
        self._stream.write("".join(f"{line}\n" for line in lines))
        self._stream.flush()


_WIDTH = 79  # characters: what is longer would take two rows


def _cut(lines: list[str], *, anew: bool) -> list[str]:
    return fitting("\n".join(lines), ROWS, ROWS * (_WIDTH + 1)).splitlines() if anew else lines[-ROWS:]
