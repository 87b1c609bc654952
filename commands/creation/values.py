"""The kinds of values that only these flags have: read by a function that refuses in docker's words, kept as text."""

from __future__ import annotations

from collections.abc import Callable

from commands.creation import durations, numbers, sizes
from commands.kinds import Kind

_WEIGHTS = 1 << 16  # one past the largest value of Go's uint16


def checked(label: str, read: Callable[[str], object], *samples: str, repeats: bool = True) -> Kind:
    """A value that stays as it was typed, once read has not refused it."""

    def parse(text: str) -> str:
        read(text)
        return text

    return Kind(label, parse, repeats=repeats, samples=samples)


def changed(label: str, read: Callable[[str], str], *samples: str) -> Kind:
    """A list of values, each as read gives it back."""
    return Kind(label, read, repeats=True, samples=samples)


def _swap(text: str) -> int:
    return -1 if text == "-1" else sizes.octets(text)


BYTES = checked("bytes", sizes.octets, "64m", "1.5g", "10 kb", "0", repeats=False)
SWAP = checked("bytes", _swap, "-1", "2g", repeats=False)
CPUS = checked("decimal", numbers.nano_cpus, "1.5", "1/2", "0", repeats=False)
DURATION = checked("duration", durations.nanoseconds, "30s", "1m30s", "-1s", "0", repeats=False)
UINT16 = Kind("uint16", lambda text: numbers.unsigned(text, _WEIGHTS), samples=("0", "500", "0x10"))
UINT = Kind("uint", numbers.unsigned, samples=("0", "100"))


def size(text: str) -> int:
    """The bytes of a value of the kind BYTES or SWAP, 0 where the flag is not given."""
    return _swap(text) if text else 0
