"""What a policy is made of: who asks, what is asked about, and the rules that say who may do what to which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from commands.command import Permission, Spec

EVERYTHING = "*"
PROJECT_LABEL = "com.docker.compose.project"


@dataclass(frozen=True)
class Asker:
    """Who asks and where: a Slack user id or schedule:NAME; channel is empty in a terminal."""

    id: str
    groups: frozenset[str] = frozenset()
    channel: str = ""
    host: str = ""

    @property
    def is_in_channel(self) -> bool:
        """Whether others could read along: not so in a terminal and in a direct message, whose id begins with D."""
        return self.channel != "" and not self.channel.startswith("D")


@dataclass(frozen=True)
class Object:
    """What a line is about; protected and root say why it is so, empty where it is not."""

    kind: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    protected: str = ""
    root: str = ""


@dataclass(frozen=True)
class Selector:
    """Which objects a rule is about, as the file writes it: *, name:GLOB, project:GLOB, label:KEY or label:KEY=GLOB."""

    text: str

    def matches(self, obj: Object) -> bool:
        """Whether the object is one of these; name: selects containers alone."""
        sort, _, rest = self.text.partition(":")
        match sort:
            case "name":
                return obj.kind == "container" and fnmatchcase(obj.name, rest)
            case "project":
                return _labelled(obj, PROJECT_LABEL, rest)
            case "label":
                key, equals, value = rest.partition("=")
                return _labelled(obj, key, value if equals else EVERYTHING)
            case _:
                return self.text == EVERYTHING


def _labelled(obj: Object, key: str, value: str) -> bool:
    return key in obj.labels and fnmatchcase(obj.labels[key], value)


@dataclass(frozen=True)
class Rule:
    """One [[roles.ROLE.allow]], or one [[deny]] where role is empty; no hosts or channels means all of them."""

    role: str
    verbs: frozenset[str]
    on: tuple[Selector, ...]
    hosts: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    line: int = 0

    def names(self, what: Spec | Permission) -> bool:
        """Whether it is about this verb, by its class or its name, or about this whole class."""
        if isinstance(what, Permission):
            return what.value in self.verbs
        return what.permission.value in self.verbs or what.name in self.verbs

    def holds_for(self, asker: Asker) -> bool:
        """Whether it holds on this host and in this channel."""
        return (not self.hosts or asker.host in self.hosts) and (not self.channels or asker.channel in self.channels)

    def selects(self, obj: Object) -> bool:
        """Whether it is about this object."""
        return any(selector.matches(obj) for selector in self.on)

    @property
    def is_on_everything(self) -> bool:
        """Whether it needs no object to be about."""
        return Selector(EVERYTHING) in self.on


@dataclass(frozen=True)
class Person:
    """One human: a name, their Slack accounts, their roles."""

    name: str
    slack: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """Everything that a policy file says; channels is None where it names none, which is all of them."""

    people: tuple[Person, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    allows: tuple[Rule, ...] = ()
    denies: tuple[Rule, ...] = ()
    channels: frozenset[str] | None = None
    protect: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # kind -> globs of names
    binds: tuple[str, ...] = ()  # folders of the hosts that containers may be given
    remotes: tuple[str, ...] = ()  # globs of the addresses that builds may fetch from
    networks: tuple[str, ...] = ()  # globs of the networks that their steps may use beside the usual one
    insisted: frozenset[str] = frozenset()  # verbs and classes that are confirmed even where the line says --force
