"""What is kept of engines over time, as reports read it: plain values, and what the bot gives of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from commands.seen import Seen


@dataclass(frozen=True)
class Span:
    """What was seen of a container in a span of time that begins at epoch seconds.

    looks is at how many of the engine's minutes it was there and not stopped, of which it ran in up, and was unhealthy
    or about to be restarted in so many. restarts is how often its restart policy started it anew. The shares of a
    processor are in percent (two that are used up are 200), measured in timed of the looks; memory is in bytes, which
    was measured in weighed of them. Both are None where that was never.
    """

    at: int
    looks: int
    up: int
    unhealthy: int
    restarting: int
    restarts: int
    processor: float | None
    processor_most: float | None
    memory: int | None
    memory_most: int | None
    timed: int
    weighed: int


@dataclass(frozen=True)
class Series:
    """A container as it was seen last, its limit of memory in bytes (0: none), and its spans in order."""

    seen: Seen
    limit: int
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Disk:
    """The bytes on an engine's disk at epoch seconds: of images, containers, volumes and the cache of builds.

    free and size are of the file system that they are on, None where it cannot be read from here.
    """

    at: int
    images: int
    containers: int
    volumes: int
    cache: int
    free: int | None = None
    size: int | None = None

    @property
    def taken(self) -> int:
        """All that the engine takes."""
        return self.images + self.containers + self.volumes + self.cache


@dataclass(frozen=True)
class Weighed:
    """The disk over time, in order; why says why that cannot be told, empty where it can."""

    disks: Sequence[Disk] = ()
    why: str = ""


@dataclass(frozen=True)
class Past:
    """What was kept of one engine: its containers, and when it did not answer.

    looks is how many minutes it was looked at; absences are spans in epoch seconds; why says why nothing can be told,
    empty where something can. left_out is of how many containers at most nothing was kept in a minute, for there were
    too many. sure are the spans, by when they begin, in which the engine was looked at and none was left out: what has
    no span there did not run.
    """

    series: Sequence[Series] = ()
    absences: Sequence[tuple[int, int]] = ()
    looks: int = 0
    why: str = ""
    left_out: int = 0
    sure: frozenset[int] = frozenset()


class Samples(Protocol):
    """What was kept of the asker's engine; nobody has judged yet what of it they may see."""

    def past(self, since: float, until: float, step: float) -> Past:
        """What was between two times in epoch seconds, the spans of containers so many seconds long."""

    def disks(self, since: float, until: float) -> Weighed:
        """The disk between two times in epoch seconds."""
