"""What slashdock writes to its own log."""

from __future__ import annotations

import subprocess
import sys

from harness import PROJECT

SAYS = """
import logging
from bot import logs
logs.begin()
logging.getLogger("bot.heads").info("head of the record: 1:ab")
logging.getLogger("urllib3").info("chatter")
try:
    raise ValueError("password=hunter2abc")
except ValueError:
    logging.getLogger("bot.desk").exception("it failed")
"""


def test_the_log_has_what_the_bot_says_and_no_secret() -> None:
    """Not what others chat; of a bug the traceback, masked."""
    ran = subprocess.run([sys.executable, "-c", SAYS], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert ran.stderr.startswith("head of the record: 1:ab\nit failed\nTraceback")
    assert "ValueError: password=" in ran.stderr
    assert "hunter2abc" not in ran.stderr
    assert "chatter" not in ran.stderr
