"""What the names of a line are: as they stand on it, and as the engine knows them or does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docker.errors import APIError, NotFound


@dataclass(frozen=True)
class Target:
    """An object as the line names it; kind is container, image, network, volume or any (the first that is found).

    made: the line makes it. Where it is there already it is judged like every other; where it is not, there is nothing
    to judge. alias: it is only a name by which others on a network find what is made. repository: the line is about all
    tags of one, which it finds by itself: it is judged by this one before, and whether that is there is no matter.
    """

    kind: str
    ref: str
    made: bool = False
    alias: bool = False
    repository: bool = False


@dataclass(frozen=True)
class Found:
    """What a name stood for when it was looked up: the full id, the name, the labels and the engine's inspect.

    inherited are further sets of labels by which it is judged as well, where what it belongs to contradicts its own;
    volumes what a container mounts, looked up for verbs that do more than show that it is there. protected is why
    nobody may touch it whatever it is called, as far as that was looked up.
    """

    target: Target
    kind: str
    id: str
    name: str
    labels: Mapping[str, str]
    details: Mapping[str, Any]
    inherited: tuple[Mapping[str, str], ...] = ()
    volumes: tuple[Found, ...] = ()
    protected: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """All that an image is called, in order; what is no image has none."""
        return tuple(sorted(self.details.get("RepoTags") or ())) if self.kind == "image" else ()


@dataclass(frozen=True)
class Missing:
    """A name that the engine did not find, with the engine's own error.

    stand_in is a word to ask the engine about in its place, where the name itself must not be asked about; protected is
    why nobody may make what has the name.
    """

    target: Target
    error: APIError
    stand_in: str = ""
    protected: str = ""

    def word(self) -> str:
        """What the engine may be asked about; raises the error where it is not that nothing has the name.

        Who sends a name that stands for several objects leaves it to the engine which one was meant, unjudged.
        """
        if not isinstance(self.error, NotFound):
            raise self.error
        return self.stand_in or self.target.ref
