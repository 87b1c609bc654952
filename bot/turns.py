"""Whose turn it is at a host: while images are on their way there nothing is cleaned up, and the other way round."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turns:
    """A lock file for each host, so that a `slashdock exec` beside the bot waits for it, too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def bringing(self, host: str) -> Iterator[None]:
        """While images come to the host or leave it: many at once may; waits for a removal that is under way."""
        with self._opened(host) as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield

    @contextmanager
    def clearing(self, host: str) -> Iterator[bool]:
        """While one object is removed; False, and not waited for, where images are on their way or another removes."""
        with self._opened(host) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    @contextmanager
    def _opened(self, host: str) -> Iterator[int]:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        file = os.open(self._folder / f"{host}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            yield file
        finally:
            os.close(file)
