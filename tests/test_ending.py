"""A process that is told to end does, whatever hangs in it."""

from __future__ import annotations

import subprocess
import sys

from harness import PROJECT

from bot import ending

HANGS = (
    "import threading; from bot import ending; told = threading.Event();"
    " ending.within(told, {}); told.set(); threading.Event().wait({})"
)


def _ended(within: float, hangs: float) -> subprocess.CompletedProcess[str]:
    code = HANGS.format(within, hangs)
    return subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )


def test_what_hangs_is_left_behind() -> None:
    """It says so, and the next start looks after what was left."""
    ended = _ended(0.05, 60)
    assert ended.returncode == ending.OVERDUE
    assert "not all of it ended within 0.05 s" in ended.stderr


def test_what_ends_by_itself_is_not_waited_for() -> None:
    """Nothing is said then, and the code is its own."""
    ended = _ended(60, 0.05)
    assert (ended.returncode, ended.stderr) == (0, "")
