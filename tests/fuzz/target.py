"""What can be fuzzed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Mutate = Callable[[bytes, int], bytes]  # bytes, and the most that there may be afterwards
Mutator = Callable[[bytes, int, int, Mutate], bytes]  # the same, a number to choose by, and libFuzzer's own mutator


@dataclass(frozen=True)
class Target:
    """One reader: check takes a case and raises whatever is wrong with what came of it.

    words are what its cases are often made of; longest is the length of a case in bytes; mutator, if there is one,
    changes a case where changing any byte would rarely leave it whole.
    """

    check: Callable[[bytes], object]
    words: Callable[[], Iterable[str]]
    longest: int = 512
    mutator: Mutator | None = None


def text(case: bytes) -> str:
    """A case as text; bytes that are none become half characters, as those of a terminal do."""
    return case.decode("utf-8", "surrogateescape")


def case(text: str) -> bytes:
    """The case that is this text."""
    return text.encode("utf-8", "surrogateescape")


def must(held: object, what: str) -> None:
    """Raise AssertionError with what has to hold, where it does not."""
    if not held:
        raise AssertionError(what)
