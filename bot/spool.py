"""What was answered, masked, in files beside the database: to be shown again, and filtered, for a day."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from bot.bounds import KEPT
from commands import secret_lines
from commands.asking import Field, Form
from commands.chart import Chart, Series
from commands.reply import Asking, Button, Buttons, Document, Errors, Moment, Note, Output, Part, Printed, Reply, Table

SPOOL = "spool"  # in the data folder
ROOM = 268_435_456  # bytes of all of them together; the oldest go first
SPARE = 10  # the part of the room that is free after it was too little: a tenth
AHEAD = 3600.0  # seconds by which a file may be newer than the clock says, which may have been put back

log = logging.getLogger(__name__)


class Spool:
    """A file for each action; what cannot be written is told of in the log, and then cannot be shown again.

    age is for how many seconds answers are kept now, room how many bytes there are for all of them.
    """

    def __init__(self, folder: Path, age: Callable[[], float] = lambda: KEPT, room: int = ROOM) -> None:
        self._folder = folder
        self._age = age
        self._room = room
        self._taken = 0  # bytes, as far as this process knows: others keep answers, too
        self._lock = threading.Lock()
        folder.mkdir(mode=0o700, exist_ok=True)
        self.trim()

    def keep(self, number: int, reply: Reply) -> dict[str, Any]:
        """Keep a masked reply under the number of its action; its size in bytes and its SHA-256, for the record.

        Of what could be pressed stays what runs a line without secrets: the line is kept as it is. What still runs is
        in the record.
        """
        kept = replace(reply, parts=tuple(filter(None, map(_without_secrets, reply.parts))), lasting=())
        told = json.dumps(kept, default=_told, separators=(",", ":")).encode()
        fresh = self._folder / f".{number}.{os.getpid()}"
        try:
            with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                file.write(told)
            fresh.rename(self._path(number))
            self._take(len(told))
        except OSError as error:
            log.warning("the answer of number %s is not kept: %s", number, error.strerror)
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
        return {"bytes": len(told), "sha256": hashlib.sha256(told).hexdigest()}

    def get(self, number: int, digest: str) -> Reply | None:
        """What was answered under this number; None where it is not kept, or not any more.

        digest is its SHA-256 as the record has it: what somebody altered is not what was answered.
        """
        try:
            path = self._path(number)
            told = path.read_bytes()
            if _is_old(path.stat().st_mtime, self._age(), time.time()) or hashlib.sha256(told).hexdigest() != digest:
                return None
            read = json.loads(told, object_hook=_part)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return read if isinstance(read, Reply) else None

    def trim(self) -> None:
        """Remove what is too old, and the oldest of what is too much.

        Whoever opens a record waits for this, so each file is looked at once where there is room for all; and they may
        be very many, so none is remembered.
        """
        age, now = self._age(), time.time()
        with suppress(OSError), self._lock:
            self._taken = 0
            for at, size, path in self._files():
                if _is_old(at, age, now):
                    Path(path).unlink(missing_ok=True)
                else:
                    self._taken += size
            if self._taken > self._room:
                self._make_room()

    def _make_room(self) -> None:
        files = sorted(self._files(), reverse=True)
        taken = list(accumulate((size for _, size, _ in files), initial=0))
        fitting = bisect_right(taken, self._room - self._room // SPARE) - 1
        self._taken = taken[fitting]
        for _, _, path in files[fitting:]:
            Path(path).unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[float, int, str]]:
        with os.scandir(self._folder) as there:
            yield from filter(None, map(_looked, there))

    def _take(self, size: int) -> None:
        with self._lock:
            self._taken += size
        if self._taken > self._room:
            self.trim()

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.json"


def _is_old(at: float, age: float, now: float) -> bool:
    return now - at > age or at - now > AHEAD


def _looked(entry: os.DirEntry[str]) -> tuple[float, int, str] | None:
    """When it was written, its bytes and its path; None where another process removed it."""
    try:
        looked = entry.stat()
    except FileNotFoundError:
        return None
    return looked.st_mtime, looked.st_size, entry.path


def _without_secrets(part: Part) -> Part | None:
    match part:
        case Buttons(buttons):
            left = tuple(each for each in buttons if _is_plain(each.line))
            return Buttons(left) if left else None
        case Asking(line=line):
            return part if _is_plain(line) else None
        case _:
            return part


def _is_plain(line: str) -> bool:
    return secret_lines.mask_typed(line) == line


def _told(part: Any) -> dict[str, Any]:
    if isinstance(part, bytes):
        return {"is": _BYTES, "base64": base64.b64encode(part).decode()}
    if isinstance(part, Path):
        return {"is": _PATH, "path": str(part)}
    return {"is": type(part).__name__, **vars(part)}


def _part(told: dict[str, Any]) -> Any:
    name = told.pop("is")
    if name == _BYTES:
        return base64.b64decode(told["base64"], validate=True)
    if name == _PATH:
        return Path(told["path"])
    kind = _KINDS[name]
    return kind(**{name: _tuples(value) for name, value in told.items()})


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


_BYTES, _PATH = "bytes", "path"
_KINDS = {
    kind.__name__: kind
    for kind in (
        Reply, Output, Errors, Printed, Table, Chart, Series, Document, Note, Moment, Buttons, Button, Asking,
        Form, Field,
    )
}  # fmt: skip
