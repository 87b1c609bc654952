"""What the engine says of a refusal, without the ids of what the asker may not know of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import requests
from docker.api.client import APIClient
from docker.errors import DockerException

from commands import seen
from commands.forms import MASK
from commands.reply import Errors, Reply
from commands.seen import Seen, Visible

_ID = re.compile(r"(?<![0-9A-Za-z_])[0-9a-f]{12,64}(?![0-9A-Za-z_])")
_NAMELESS = "<none>:<none>"


@dataclass(frozen=True)
class Discretion:
    """named are the line and the ids of what it names: they hide nothing from whoever sent it."""

    client: Callable[[], APIClient]
    visible: Visible
    named: str

    def discreet(self, reply: Reply) -> Reply:
        """The reply with the ids hidden; the engine is asked only where there are any that the line does not name."""
        said = [part.text for part in reply.parts if isinstance(part, Errors)]
        ids = {each for text in (*said, reply.error or "") for each in _ID.findall(text) if each not in self.named}
        hidden = self._hidden(ids) if ids else ids
        if not hidden:
            return reply
        parts = tuple(
            replace(part, text=_without(part.text, hidden)) if isinstance(part, Errors) else part
            for part in reply.parts
        )
        return replace(reply, parts=parts, error=reply.error and _without(reply.error, hidden))

    def _hidden(self, ids: set[str]) -> set[str]:
        """Those of what the asker may not see; all of them where the engine does not tell whose they are."""
        try:
            there = [(each, {id_ for id_ in ids if _is(each, id_)}) for each in _listed(self.client())]
        except (requests.RequestException, DockerException):
            return ids
        known: set[str] = set().union(*(met for _, met in there))
        return known.difference(*(met for each, met in there if met and self.visible(each)))


def _listed(client: APIClient) -> Iterator[Seen]:
    """All that has an id, an image once for each of its names."""
    yield from map(seen.container, client.containers(all=True))
    yield from map(seen.network, client.networks())
    yield from map(seen.volume, client.volumes()["Volumes"] or ())
    for each in client.images(all=True):
        yield from (seen.image(each, name) for name in each["RepoTags"] or [_NAMELESS])


def _is(there: Seen, id_: str) -> bool:
    """Whether it has this id, which may be cut short; what tells a volume is its name."""
    return there.name == id_ if there.kind == "volume" else there.id.removeprefix("sha256:").startswith(id_)


def _without(text: str, ids: set[str]) -> str:
    return _ID.sub(lambda found: MASK if found[0] in ids else found[0], text)
