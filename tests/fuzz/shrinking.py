"""Cases made small: one that fails, and those by which more of the program is reached."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from fuzz import documents, seeds
from fuzz.target import Target
from fuzz.targets import TARGETS

PROJECT = Path(__file__).parent.parent.parent
OURS = (f"{PROJECT}/bot/", f"{PROJECT}/commands/")
TRIES = 2_000  # of making a case smaller
MOST = 4_000  # bytes of cases that are kept at a time because they reach more

Fault = tuple[Any, ...]


def shrunk(case: bytes, target: Target) -> bytes:
    """The smallest case found that fails in the same place; the same one where it does not fail by itself."""
    wrong, tries = fault(case, target), 0
    size = len(case) if wrong else 0
    while size and tries < TRIES:
        size //= 2
        for less in _smaller(case, size):
            tries += 1
            if len(less) < len(case) and fault(less, target) == wrong:
                case, size = less, len(less)
                break
    return case


def fault(case: bytes, target: Target) -> Fault | None:
    """What it raises, and where; None where it raises nothing."""
    try:
        target.check(case)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        frames = traceback.extract_tb(error.__traceback__)
        return type(error).__name__, *((Path(frame.filename).name, frame.lineno) for frame in frames)
    return None


def _smaller(case: bytes, size: int) -> Iterator[bytes]:
    """The case without a part of that size; JSON without one of its values."""
    whole = list(documents.smaller(case))
    yield from whole or (case[:at] + case[at + size :] for at in range(0, len(case), size or 1))


def reaching_more(name: str, files: list[Path]) -> list[bytes]:
    """The shortest of these cases that reach lines which the kept ones, and each other, do not."""
    reached = _Reached()
    for case in seeds.kept(name):
        reached.more(case, TARGETS[name])
    new: list[bytes] = []
    for case in sorted((file.read_bytes() for file in files), key=len):
        if sum(map(len, new)) + len(case) <= MOST and reached.more(case, TARGETS[name]):
            new.append(case)
    return new


class _Reached:
    """The lines of the program that some cases have reached, in every thread."""

    def __init__(self) -> None:
        self._lines: set[tuple[str, int]] = set()

    def more(self, case: bytes, target: Target) -> bool:
        """Whether this one reaches a line that none did before it."""
        before = len(self._lines)
        threading.settrace(self._called)
        sys.settrace(self._called)
        try:
            target.check(case)
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]
        return len(self._lines) > before

    def _called(self, frame: FrameType, event: str, argument: Any) -> Any:
        del event, argument
        return self._line if frame.f_code.co_filename.startswith(OURS) else None

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        del event, argument
        self._lines.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line
