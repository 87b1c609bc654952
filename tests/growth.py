"""Whether work grows with its text or with the square of it, told on a machine that others use as well."""

import time
from collections.abc import Callable

_ROUNDS = 20
_LEAST = 0.001
"""In seconds: what takes less is lost in the machine's own doings."""


def grows_evenly(work: Callable[[str], object], small: str, large: str) -> bool:
    """Whether `large`, eight times as long as `small`, takes under 24 times its work: a square would take 64.

    The least processor time of each counts, and both are taken again until they say so or have had their rounds:
    what else runs on the machine can only add to them.
    """
    assert len(large) > 7 * len(small)
    one = eight = float("inf")
    for _ in range(_ROUNDS):
        one, eight = min(one, _spent(work, small)), min(eight, _spent(work, large))
        if eight < 24 * max(one, _LEAST):
            return True
    return False


def _spent(work: Callable[[str], object], text: str) -> float:
    start = time.thread_time()
    work(text)
    return time.thread_time() - start
