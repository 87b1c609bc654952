"""What a report is made of, before anybody has chosen words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from commands.report.choice import Choice
from commands.report.report import Period
from commands.samples import Disk, Past

KILLED, ENDED = 137, 143  # codes of what a signal ended: as `docker stop` does, or the kernel where memory ran out


@dataclass(frozen=True)
class Container:
    """A container as it is now: the engine's words for its state, and the code that it exited with, None where not.

    was_killed: by the kernel, since it used more memory than it may.
    """

    name: str
    state: str
    status: str
    id: str = ""
    image: str = ""
    image_id: str = ""
    exit_code: int | None = None
    was_killed: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether it exited with an error, which is none where somebody stopped it."""
        return self.was_killed or self.exit_code not in {None, 0, KILLED, ENDED}

    @property
    def is_unhealthy(self) -> bool:
        """Whether its health check fails."""
        return "(unhealthy)" in self.status


@dataclass(frozen=True)
class Image:
    """An image: what it is called, its bytes, and whether a container in any state was made from it."""

    name: str
    size: int
    is_used: bool


@dataclass(frozen=True)
class Facts:
    """All that a report says; wrong says what could not be found out.

    containers, images and behind are None where the engine does not tell. behind are the names of containers, each with
    the image that it names and that is another one now. disks is None where the asker does not see everything on the
    host; unread says why they cannot be told, empty where they can. actions are what the record counts, requests those
    for consent. Where some containers are chosen, all of these are about them, and there is nothing of images and of
    the disk.
    """

    host: str
    period: Period
    containers: Sequence[Container] | None = ()
    images: Sequence[Image] | None = ()
    behind: Sequence[tuple[str, str]] | None = ()
    past: Past = field(default_factory=Past)
    disks: Sequence[Disk] | None = None
    actions: Sequence[Mapping[str, Any]] = ()
    requests: Sequence[Mapping[str, Any]] = ()
    wrong: tuple[str, ...] = ()
    choice: Choice = field(default_factory=Choice)
    unread: str = ""
