"""What an engine's images are called, for what is known by the id of one alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

import requests
from docker.api.client import APIClient
from docker.errors import DockerException, NotFound

from bot.hosts import Host

_NONE = "<none>"  # in the place of a name, as lists show it
_T = TypeVar("_T")


class ImageNames:
    """The names at one engine, which is asked for its list at most once, and where a name is wanted.

    Its methods raise EngineDown.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._asked: dict[str, str] = {}

    def of(self, identity: str) -> tuple[str, ...]:
        """The names of an image; those of the images that were made of it, where it has none."""
        return tuple(sorted(self._names.get(identity, ())))

    def asked(self, container: str) -> str:
        """The image that a container was made of, as the line called it that made it; empty where that is gone.

        Lists tell the id in its place where the name stands for another image by now.
        """
        if container not in self._asked:
            try:
                details: Mapping[str, Any] = self._told(lambda client: client.inspect_container(container))
            except NotFound:
                details = {}
            self._asked[container] = str((details.get("Config") or {}).get("Image") or "")
        return self._asked[container]

    @cached_property
    def _names(self) -> Mapping[str, set[str]]:
        listed: list[Mapping[str, Any]] = self._told(lambda client: list(client.images(all=True)))
        parents = {each["Id"]: each.get("ParentId") or "" for each in listed}
        own = {each["Id"]: set(_named(each.get("RepoTags")) or _named(each.get("RepoDigests"))) for each in listed}
        found = {identity: set(names) for identity, names in own.items()}
        for identity, names in own.items():
            for before in _unnamed_below(identity, parents, own) if names else ():
                found[before] |= names
        return found

    def _told(self, ask: Callable[[APIClient], _T]) -> _T:
        try:
            return ask(self._host.quick())
        except NotFound:
            raise
        except (requests.RequestException, DockerException) as error:
            raise self._host.down(error) from error


def _unnamed_below(identity: str, parents: Mapping[str, str], own: Mapping[str, set[str]]) -> Iterator[str]:
    """The images that one was made of in turn, down to the first that has a name."""
    before = parents[identity]
    while before in own and not own[before]:
        yield before
        before = parents[before]


def _named(names: Iterable[str] | None) -> list[str]:
    return [name for name in names or () if not name.startswith(_NONE)]
