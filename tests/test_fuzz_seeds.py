"""Every case that fuzzing has kept is asked of again, without the fuzzer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
LIMIT = 600  # seconds, on however slow a machine; a case that hangs fails here
TARGETS = ("grammar", "unslack", "http", "sockets", "policy", "times")


def test_kept_cases_hold() -> None:
    """What was found stays mended. In another process: the targets set what is logged, and serve Slack's double."""
    done = subprocess.run(
        [sys.executable, "-m", "fuzz.replaying"],
        env=os.environ | {"PYTHONPATH": f"{TESTS}:{TESTS / 'slack'}:{TESTS.parent}"},
        check=False,
        timeout=LIMIT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == list(TARGETS)
