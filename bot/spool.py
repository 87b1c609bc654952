"""What was answered, masked, in files beside the database: to be shown again, and filtered, for a day."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.bounds import KEPT
from commands.asking import Field, Form
from commands.reply import Asking, Button, Buttons, Errors, Moment, Note, Output, Printed, Reply, Table

SPOOL = "spool"  # in the data folder
ROOM = 268_435_456  # bytes of all of them together; the oldest go first

log = logging.getLogger(__name__)


class Spool:
    """A file for each action; what cannot be written is told of in the log, and then cannot be shown again.

    age is for how many seconds answers are kept now, room how many bytes there are for all of them.
    """

    def __init__(self, folder: Path, age: Callable[[], float] = lambda: KEPT, room: int = ROOM) -> None:
        self._folder = folder
        self._age = age
        self._room = room
        folder.mkdir(mode=0o700, exist_ok=True)

    def keep(self, number: int, reply: Reply) -> dict[str, Any]:
        """Keep a masked reply under the number of its action; its size in bytes and its SHA-256, for the record."""
        told = json.dumps(reply, default=_told, separators=(",", ":")).encode()
        fresh = self._folder / f".{number}.{os.getpid()}"
        try:
            with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                file.write(told)
            fresh.rename(self._path(number))
        except OSError as error:
            log.warning("the answer of number %s is not kept: %s", number, error.strerror)
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
        return {"bytes": len(told), "sha256": hashlib.sha256(told).hexdigest()}

    def get(self, number: int) -> Reply | None:
        """What was answered under this number; None where it is not kept, or not any more."""
        try:
            path = self._path(number)
            if time.time() - path.stat().st_mtime > self._age():
                return None
            read = json.loads(path.read_bytes(), object_hook=_part)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return read if isinstance(read, Reply) else None

    def trim(self) -> None:
        """Remove what is too old, and the oldest of what is too much."""
        with suppress(OSError):
            files = sorted(((path.stat().st_mtime, path.stat().st_size, path) for path in self._folder.iterdir()),
                           reverse=True)  # fmt: skip
            left, now, age = self._room, time.time(), self._age()
            for at, size, path in files:
                left -= size
                if left < 0 or now - at > age:
                    path.unlink(missing_ok=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.json"


def _told(part: Any) -> dict[str, Any]:
    return {"is": type(part).__name__, **vars(part)}


def _part(told: dict[str, Any]) -> Any:
    kind = _KINDS[told.pop("is")]
    return kind(**{name: _tuples(value) for name, value in told.items()})


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


_KINDS = {
    kind.__name__: kind
    for kind in (Reply, Output, Errors, Printed, Table, Note, Moment, Buttons, Button, Asking, Form, Field)
}
