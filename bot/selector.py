"""Who asks, what is asked about, and which objects a rule of the policy is about."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from commands.creation import images

EVERYTHING = "*"
PROJECT_LABEL = "com.docker.compose.project"
SORTS = ("name", "image", "network", "volume", "project", "label", "host", "by")
ME = "by:me"
WILD = re.compile(r"[*?\[]")  # what makes a glob of a word

_KINDS = {"name": "container", "network": "network", "volume": "volume"}
_LABEL = "label:"


@dataclass(frozen=True)
class Asker:
    """Who asks and where: a Slack user id or schedule:NAME; channel is empty in a terminal.

    granted are the roles that they have for a limited time, accounts the ids that are the same human's.
    """

    id: str
    groups: frozenset[str] = frozenset()
    channel: str = ""
    host: str = ""
    granted: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()

    def has(self, account: str) -> bool:
        """Whether it is an account of theirs."""
        return account == self.id or account in self.accounts

    @property
    def is_in_channel(self) -> bool:
        """Whether others could read along: not so in a terminal and in a direct message, whose id begins with D."""
        return self.channel != "" and not self.channel.startswith("D")


@dataclass(frozen=True)
class Object:
    """What a line is about; protected and root say why it is so, empty where it is not.

    image is the name of the image that a container was made of; maker is the Slack user id of whoever made the object
    from chat, empty where nobody did. further: it is another name of an image that the line calls by one; untold: which
    labels it has is not known, so that it may be any; unnamed: the same of what its image was called.
    """

    kind: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    protected: str = ""
    root: str = ""
    image: str = ""
    maker: str = ""
    further: bool = False
    untold: bool = False
    unnamed: bool = False

    def may_be_any(self, what: str) -> bool:
        """Whether it is not known what it is by this sort of selector, as value() takes it."""
        return (self.untold and is_label(what)) or (self.unnamed and what == "image")


NOTHING = Object("", "")


@dataclass(frozen=True)
class Selector:
    """Which objects a rule is about, as the file writes it.

    *, name:GLOB (containers), image:GLOB (images, and containers made of one), network:GLOB, volume:GLOB, project:GLOB,
    label:KEY, label:KEY=GLOB, host:GLOB (all that is there) and by:me (what the asker made from chat).
    """

    text: str

    @cached_property
    def parts(self) -> tuple[str, str]:
        """What of an object it goes by, as value() takes it, and the glob of what that has to be."""
        sort, _, rest = self.text.partition(":")
        match sort:
            case "project":
                return f"{_LABEL}{PROJECT_LABEL}", rest
            case "label":
                key, equals, glob = rest.partition("=")
                return f"{_LABEL}{key}", glob if equals else EVERYTHING
            case "image" if WILD.search(rest) is None:
                return sort, images.called(rest) or EVERYTHING
            case _:
                return sort, rest or EVERYTHING

    @property
    def folded(self) -> Selector:
        """The same in small letters where it goes by the names of containers."""
        return Selector(self.text.lower()) if self.parts[0] == "name" else self

    @property
    def is_by_label(self) -> bool:
        """Whether it goes by what whoever makes an object may write on it."""
        return is_label(self.parts[0])

    @property
    def is_wide(self) -> bool:
        """Whether it goes by nothing of an object at all."""
        return self.parts[0] in {EVERYTHING, "host"}

    def concerns(self, kind: str) -> bool:
        """Whether something of this kind could be one of these."""
        return _KINDS.get(self.parts[0], kind) == kind

    def matches(self, obj: Object, asker: Asker) -> bool:
        """Whether the object is one of these for the asker."""
        found = value(self.parts[0], obj, asker)
        return found is not None and self._fits(found)

    @cached_property
    def _fits(self) -> Callable[[str], bool]:
        glob = self.parts[1]
        if glob == EVERYTHING:
            return lambda _text: True
        if WILD.search(glob) is None:
            return lambda text: text == glob
        matched = re.compile(fnmatch.translate(glob)).match
        return lambda text: matched(text) is not None


def is_label(what: str) -> bool:
    """Whether a sort of selector goes by a label, as value() takes it."""
    return what.startswith(_LABEL)


def value(what: str, obj: Object, asker: Asker) -> str | None:
    """What an object is by this sort of selector, or by "label:KEY"; None where it is nothing by that."""
    match what:
        case "name" | "network" | "volume":
            return obj.name if obj.kind == _KINDS[what] else None
        case "image":
            return images.called(obj.name if obj.kind == "image" else obj.image) or None
        case "host":
            return asker.host
        case "by":
            return "me" if obj.maker and (obj.maker == asker.id or obj.maker in asker.accounts) else None
        case "*":
            return ""
        case _:
            return obj.labels.get(what.removeprefix(_LABEL))
