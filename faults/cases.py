"""The rows of the matrix: what is tried, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Tally(NamedTuple):
    """How often a fault was tried; what was lost, came about twice, or was told otherwise than it is."""

    tried: int
    lost: int = 0
    doubled: int = 0
    wrong: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was."""
        return self[1:] == (0, 0, 0)


@dataclass(frozen=True)
class Case:
    """One row of the matrix."""

    name: str
    run: Callable[[], Tally]
