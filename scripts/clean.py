"""`make clean`: ends the project's own engine and removes what set-up made; never what lies on another file system."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import engine

ROOT = Path(__file__).resolve().parent.parent
OWN_ENGINE = ROOT / ".run/engine"
MADE = (".run", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache", "wheels")


def main() -> int:
    """End the engine, remove all that was made, and return the exit code."""
    if OWN_ENGINE.exists() and os.geteuid() != 0:
        print("slashdock: the engine in .run belongs to root: sudo make clean", file=sys.stderr)
        return 1
    if _running():
        print("slashdock: it runs here; stop it first (Ctrl-C in the terminal of make run)", file=sys.stderr)
        return 1
    engine.end(OWN_ENGINE)
    caches = [
        path for top in ("bot", "commands", "scripts", "tests", "bench") for path in ROOT.glob(f"{top}/**/__pycache__")
    ]
    made = [ROOT / name for name in MADE] + caches
    return subprocess.run(["rm", "-rf", "--one-file-system", "--", *made], check=False).returncode


def _running() -> bool:
    """Whether a `slashdock start` holds the usual data folder."""
    lock = ROOT / "data/start.lock"
    if not lock.exists():
        return False
    with lock.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
