"""Waiting in tests: for a condition, with a limit; and looking for processes that should be gone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

LIMIT = 30  # seconds; far above what any of these conditions takes
LOOK = 0.02  # seconds between two looks


def eventually(condition: Callable[[], T], limit: float = LIMIT) -> T:
    """The condition's value once it holds; fails when it has not held in time."""
    deadline = time.monotonic() + limit
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still not so after {limit} s"
        time.sleep(LOOK)
    return value


def running(text: str) -> list[str]:
    """The command lines that mention the text."""
    found = (_command(process) for process in Path("/proc").glob("[0-9]*") if int(process.name) != os.getpid())
    return [command for command in found if text in command]


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
