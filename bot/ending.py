"""An end that comes in time: whatever still hangs then is left behind, as after a kill, and told by the next start."""

from __future__ import annotations

import logging
import os
import threading

LIMIT = 14.0  # seconds; who tells slashdock to end waits for 15
OVERDUE = 1  # exit code

log = logging.getLogger(__name__)


def within(told: threading.Event, seconds: float = LIMIT) -> None:
    """Once it is told to end, the process has so many seconds to do so by itself, whatever it is at."""
    threading.Thread(target=_leave, args=(told, seconds), name="ending", daemon=True).start()


def _leave(told: threading.Event, seconds: float) -> None:
    told.wait()
    threading.Event().wait(seconds)
    log.error("not all of it ended within %s s: what is left is looked after at the next start", seconds)
    logging.shutdown()
    os._exit(OVERDUE)
