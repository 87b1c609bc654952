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
def counted() -> Iterator[Callable[[], int]]:
    """How many sockets this process has; nothing is collected meanwhile."""
    gc.collect()
    gc.disable()
    yield lambda: sum(_is_socket(each) for each in Path("/proc/self/fd").iterdir())
    gc.enable()


def _is_socket(descriptor: Path) -> bool:
    try:
        return str(descriptor.readlink()).startswith("socket:")
    except OSError:
        return False


def test_connections_of_a_thread_are_closed_with_it(fresh_world: str, counted: Callable[[], int]) -> None:
    """Without anything that has to look for them."""
    host = Host("local", fresh_world)
    before = counted()
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
    assert counted() - before >= 2 * THREADS
    leave.set()
    for each in threads:
        each.join()
    assert counted() == before
    host.close()
