"""What a process has that it should not have at its end: threads, sockets, children, and temporary files."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from docker.api.client import APIClient

from bot.workers import Pool

_SOCKETS = "socket:"  # how the kernel calls one
_PARENT = 1  # the place of the parent's id in what /proc/PID/stat says after the name


class Look:
    """What there was at the beginning; temporary is the folder for temporary files, drafts where files are written."""

    def __init__(self, temporary: Path, drafts: Path) -> None:
        self._temporary = temporary
        self._drafts = drafts
        self._before = set(self._there())

    def left(self) -> list[str]:
        """What there is beside that now, in words."""
        gc.collect()
        return sorted(set(self._there()) - self._before)

    def _there(self) -> Iterator[str]:
        yield from (f"thread {each.name} ({each.ident})" for each in threading.enumerate())
        yield from _sockets()
        yield from _children(os.getpid())
        yield from (f"temporary file {each}" for each in self._temporary.iterdir())
        yield from (f"draft {each}" for each in self._drafts.glob("**/files/.*"))


def close_pools() -> None:
    """End the threads of engines that tests made by themselves and left: their connections go with them."""
    for each in gc.get_objects():
        if issubclass(type(each), Pool):  # isinstance() asks what a weak reference stands for, which may be gone
            each.close(time.monotonic())


def running_execs(engine: str) -> list[str]:
    """What was started in containers that are there, and still runs, in words."""
    client = APIClient(engine, version="1.41")
    found = [each for listed in client.containers() for each in client.inspect_container(listed["Id"])["ExecIDs"] or ()]
    told = [client.exec_inspect(each) for each in found]
    client.close()
    return [str(each["ProcessConfig"]) for each in told if each["Running"]]


def _sockets() -> Iterator[str]:
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            to = str(each.readlink())
            if to.startswith(_SOCKETS):
                yield to


def _children(parent: int) -> Iterator[str]:
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            facts = (each / "stat").read_text().rpartition(")")[2].split()
            if int(facts[_PARENT]) == parent:
                yield f"process {each.name}: {(each / 'cmdline').read_bytes().decode(errors='replace')}"
