"""What the engine says of a refusal, without the ids and names of what the asker may not know of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import requests
from docker.api.client import APIClient
from docker.errors import DockerException

from commands import seen
from commands.chance import MASK
from commands.reply import Errors, Reply
from commands.seen import Seen, Visible

_ID = re.compile(r"(?<![0-9A-Za-z_])[0-9a-f]{12,64}(?![0-9A-Za-z_])")
# As engines tell who else is on a network, and who a container is linked to.
_NAME = re.compile(r'(?<=name:")[^"]+|(?<=non running container: /)\S+(?= AS )|(?<=annot link to /)[^\s,]+')


@dataclass(frozen=True)
class Discretion:
    """named are the line and the ids of what it names: they hide nothing from whoever sent it."""

    client: Callable[[], APIClient]
    visible: Visible
    named: str

    def discreet(self, reply: Reply) -> Reply:
        """The reply with those hidden; the engine is asked only where there are any that the line does not name."""
        said = [part.text for part in reply.parts if isinstance(part, Errors)]
        told = {each for text in (*said, reply.error or "") for each in _told(text) if each not in self.named}
        hidden = self._hidden(told) if told else told
        if not hidden:
            return reply
        parts = tuple(
            replace(part, text=_without(part.text, hidden)) if isinstance(part, Errors) else part
            for part in reply.parts
        )
        return replace(reply, parts=parts, error=reply.error and _without(reply.error, hidden))

    def _hidden(self, told: set[str]) -> set[str]:
        """Those of what the asker may not see; all ids where the engine does not tell whose they are."""
        try:
            there = [(each, {word for word in told if _is(each, word)}) for each in _listed(self.client())]
        except (requests.RequestException, DockerException):
            return {word for word in told if _ID.fullmatch(word)}
        names = {word for word in told if not _ID.fullmatch(word)}  # hidden or not there: it must not tell which
        known: set[str] = names.union(*(met for _, met in there))
        return known.difference(*(met for each, met in there if met and self.visible(each)))


def veiled(text: str, named: str) -> str:
    """A text of the record for whoever may not see everything: without ids and names that are not among these words."""
    return _without(text, {each for each in _told(text) if each not in named})


def _listed(client: APIClient) -> Iterator[Seen]:
    """All that has an id, an image once for each of its names."""
    yield from map(seen.container, client.containers(all=True))
    yield from map(seen.network, client.networks())
    yield from map(seen.volume, client.volumes()["Volumes"] or ())
    for each in client.images(all=True):
        yield from (seen.image(each, name) for name in each["RepoTags"] or [seen.NAMELESS])


def _told(text: str) -> Iterator[str]:
    """The ids in a text, and what may be names."""
    yield from _ID.findall(text)
    yield from _NAME.findall(text)


def _is(there: Seen, word: str) -> bool:
    """Whether it has this name, or this id, which may be cut short; what tells a volume is its name alone."""
    return there.name == word or (
        there.kind != "volume" and _ID.fullmatch(word) is not None and there.id.removeprefix("sha256:").startswith(word)
    )


def _without(text: str, words: set[str]) -> str:
    for pattern in (_ID, _NAME):
        text = pattern.sub(lambda found: MASK if found[0] in words else found[0], text)
    return text
