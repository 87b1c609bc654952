"""The engine that `make run` keeps below .run/: it is used where DOCKER_HOST names none."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from bot import doors

SOCKET = Path(__file__).parent.parent / ".run/engine/docker.sock"
PATIENCE = 2  # seconds until an engine that lets nobody in counts as one that hangs


def address(socket: Path = SOCKET, patience: float = PATIENCE) -> str:
    """Its address while its socket takes connections, empty where nothing listens.

    One that hangs is there: what was meant for it must not go to another one.
    """
    path = os.path.realpath(socket)
    try:
        with contextlib.suppress(TimeoutError):
            doors.opened(path, patience).close()
    except OSError:
        return ""
    return f"{doors.UNIX}{path}"
