"""What a thread had to the engine goes with the thread."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.hosts import Host

THREADS = 8


@pytest.fixture
def sockets() -> Iterator[Callable[[], set[str]]]:
    """Those that this process has; nothing is collected meanwhile."""
    gc.collect()
    gc.disable()
    yield lambda: {each for each in map(_link, Path("/proc/self/fd").iterdir()) if each.startswith("socket:")}
    gc.enable()


def _link(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""


def test_connections_of_a_thread_are_closed_with_it(fresh_world: str, sockets: Callable[[], set[str]]) -> None:
    """Without anything that has to look for them."""
    host = Host("local", fresh_world)
    before = sockets()
    there, leave = threading.Barrier(THREADS + 1), threading.Event()

    def work() -> None:
        host.quick().ping()
        host.patient().ping()
        there.wait()
        leave.wait()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for each in threads:
        each.start()
    there.wait()
    opened = sockets() - before  # others may close theirs meanwhile
    leave.set()
    for each in threads:
        each.join()
    assert len(opened) >= 2 * THREADS
    assert not opened & sockets()
    host.close()
