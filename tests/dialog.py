"""A dialog: a terminal session as text, read, and compared after what differs from run to run is made equal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "dialogs"

_UNIT = r"(second|minute|hour|day|week|month|year)s?"
_AGE = rf"(Less than a second|About an? (minute|hour)|\d+ {_UNIT})"
_OURS = r'"slashdock\.request": ?"\d+"'  # the label of what is made from chat: docker's own has none
SAME = (
    (re.compile(rf"(,{_OURS}|{_OURS},?)"), ""),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| ?[+-]\d\d:?\d\d( UTC)?)"), "<time>"),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "<id>"),
    (re.compile(_AGE), "<age>"),
    (re.compile(r"\b\d+(\.\d+)?(B|kB|MB|GB)\b"), "<size>"),
    (re.compile(r"(?<=\S)[ \t]{2,}(?=\S)"), "  "),
    (re.compile(r"[ \t\r]+$", re.MULTILINE), ""),
)


@dataclass(frozen=True)
class Turn:
    """One line that was typed, docker's answer to it, and what slashdock adds to that."""

    where: str
    line: str
    answer: str
    added: str


def same(text: str) -> str:
    """The text with ids, ages, times, sizes and column widths made equal."""
    for pattern, name in SAME:
        text = pattern.sub(name, text)
    return text.rstrip("\n")


def files() -> list[Path]:
    """Every dialog."""
    return sorted(FOLDER.rglob("*.txt"))


def turns(path: Path) -> Iterator[Turn]:
    """The turns of a dialog in their order."""
    asked: tuple[int, str] | None = None
    answer: list[str] = []
    for number, text in enumerate([*path.read_text().splitlines(), "$ "], 1):
        if text.startswith("$ "):
            if asked is not None:
                yield _turn(path, asked, answer)
            asked, answer = (number, text[2:]), []
        elif asked is not None:
            answer.append(text)


def _turn(path: Path, asked: tuple[int, str], answer: list[str]) -> Turn:
    while answer and (not answer[-1].strip() or answer[-1].startswith("# ")):
        answer.pop()
    number, line = asked
    docker = "\n".join(text for text in answer if not text.startswith("+ "))
    added = "\n".join(text[2:] for text in answer if text.startswith("+ "))
    return Turn(f"{path.relative_to(FOLDER)}:{number}", line, docker, added)
