"""Bounds that the policy file sets: what containers made from chat may be given, and how fast people may ask."""

from __future__ import annotations

from dataclasses import dataclass

KEPT = 86_400.0  # seconds for which answers are kept, to be shown again


@dataclass(frozen=True)
class RunLimits:
    """What containers that are made from chat may be given without the class root; None where nothing is said.

    binds are folders of the host (True where they may be written to), networks globs of names, ports pairs of an
    address and a range, memory bytes.
    """

    binds: tuple[tuple[str, bool], ...] = ()
    networks: tuple[str, ...] | None = None
    ports: tuple[tuple[str, range], ...] | None = None
    memory: int | None = None
    pids: int | None = None


@dataclass(frozen=True)
class Rates:
    """Lines a second: of one person, and of all people together; burst is how many may come at once.

    waiting is how many requests of one person may wait for others' consent at a time.
    """

    reads: float = 5.0
    changes: float = 1.0
    burst: int = 20
    all_reads: float = 50.0
    all_changes: float = 10.0
    all_burst: int = 200
    waiting: int = 5
