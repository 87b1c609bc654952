"""An end that comes in time: whatever still hangs then is left behind, as after a kill, and told by the next start."""

from __future__ import annotations

import logging
import os
import threading

LIMIT = 14.0  # seconds; who tells slashdock to end waits for 15
OVERDUE = 1  # exit code

log = logging.getLogger(__name__)


def within(seconds: float = LIMIT) -> None:
    """From now on the process has so many seconds to end by itself."""
    timer = threading.Timer(seconds, _leave, (seconds,))
    timer.daemon = True
    timer.start()


def _leave(seconds: float) -> None:
    log.error("not all of it ended within %s s: what is left is looked after at the next start", seconds)
    logging.shutdown()
    os._exit(OVERDUE)
