"""The keys that a line of text has not, by their names, and what a terminal sends for each."""

from __future__ import annotations

from string import ascii_uppercase

KEYS = {
    **{f"^{letter}": bytes([at]) for at, letter in enumerate(ascii_uppercase, 1)},
    "quit": b"\x1c",
    "esc": b"\x1b",
    "enter": b"\r",
    "tab": b"\t",
    "backspace": b"\x7f",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
}
INTERRUPT, END = "^C", "^D"
LEAVES = ("^P", "^Q")  # one after the other, as at docker's own terminal
