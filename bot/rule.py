"""What a policy is made of: who asks, what is asked about, and the rules that say who may do what to which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from bot.bounds import Rates, RunLimits
from bot.consent import Approval, Elevation, Glass
from commands.command import Permission, Spec

EVERYTHING = "*"
PROJECT_LABEL = "com.docker.compose.project"


# Any one of the approvals in a set is enough, and each set needs one: () needs nobody.
Needs = frozenset[frozenset[str]]
NOBODY: Needs = frozenset()


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

    @property
    def is_in_channel(self) -> bool:
        """Whether others could read along: not so in a terminal and in a direct message, whose id begins with D."""
        return self.channel != "" and not self.channel.startswith("D")


@dataclass(frozen=True)
class Object:
    """What a line is about; protected and root say why it is so, empty where it is not.

    image is the name of the image that a container was made of; maker is the Slack user id of whoever made the object
    from chat, empty where nobody did.
    """

    kind: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    protected: str = ""
    root: str = ""
    image: str = ""
    maker: str = ""


SORTS = ("name", "image", "network", "volume", "project", "label", "host", "by")
ME = "by:me"
_BY_LABEL = frozenset({"project", "label"})
_BY_NAME = {"name": "container", "network": "network", "volume": "volume"}


@dataclass(frozen=True)
class Selector:
    """Which objects a rule is about, as the file writes it.

    *, name:GLOB (containers), image:GLOB (images, and containers made of one), network:GLOB, volume:GLOB, project:GLOB,
    label:KEY, label:KEY=GLOB, host:GLOB (all that is there) and by:me (what the asker made from chat).
    """

    text: str

    @property
    def is_by_label(self) -> bool:
        """Whether it goes by what whoever makes an object may write on it."""
        return self.text.partition(":")[0] in _BY_LABEL

    def matches(self, obj: Object, asker: Asker) -> bool:
        """Whether the object is one of these for the asker."""
        sort, _, rest = self.text.partition(":")
        match sort:
            case "name" | "network" | "volume":
                found = obj.kind == _BY_NAME[sort] and fnmatchcase(obj.name, rest)
            case "image":
                found = fnmatchcase(obj.name if obj.kind == "image" else obj.image, rest)
            case "project":
                found = _labelled(obj, f"{PROJECT_LABEL}={rest}")
            case "label":
                found = _labelled(obj, rest)
            case "host":
                found = fnmatchcase(asker.host, rest)
            case "by":
                found = obj.maker != "" and obj.maker in {asker.id, *asker.accounts}
            case _:
                found = self.text == EVERYTHING
        return found


def _labelled(obj: Object, wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in obj.labels and (not equals or fnmatchcase(obj.labels[key], value))


@dataclass(frozen=True)
class Rule:
    """One [[roles.ROLE.allow]], or one [[deny]] or [[require]] where role is empty.

    No hosts or channels means all of them. approve names the approval that it needs, empty where it needs none.
    """

    role: str
    verbs: frozenset[str]
    on: tuple[Selector, ...]
    hosts: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    line: int = 0
    approve: str = ""

    def names(self, what: Spec | Permission) -> bool:
        """Whether it is about this verb, by its class or its name, or about this whole class."""
        if isinstance(what, Permission):
            return what.value in self.verbs
        return what.permission.value in self.verbs or what.name in self.verbs

    def holds_for(self, asker: Asker) -> bool:
        """Whether it holds on this host and in this channel."""
        return (not self.hosts or asker.host in self.hosts) and (not self.channels or asker.channel in self.channels)

    def selects(self, obj: Object, asker: Asker) -> bool:
        """Whether it is about this object, for the asker.

        The labels of what was made from chat give nobody a right: whoever made it, or its image, wrote them.
        """
        return any(each.matches(obj, asker) and not (self.role and obj.maker and each.is_by_label) for each in self.on)

    def is_on_all(self, asker: Asker) -> bool:
        """Whether it needs no object to be about where the asker asks."""
        return any(each.text == EVERYTHING or _is_all_of(each, asker) for each in self.on)


def _is_all_of(selector: Selector, asker: Asker) -> bool:
    return selector.text.startswith("host:") and selector.matches(Object("", ""), asker)


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
    requires: tuple[Rule, ...] = ()
    channels: frozenset[str] | None = None
    protect: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # kind -> globs of names
    run: RunLimits = field(default_factory=RunLimits)
    remotes: tuple[str, ...] = ()  # globs of the addresses that builds may fetch from
    networks: tuple[str, ...] = ()  # globs of the networks that their steps may use beside the usual one
    insisted: frozenset[str] = frozenset()  # verbs and classes that are confirmed even where the line says --force
    approvals: Mapping[str, Approval] = field(default_factory=dict)
    elevations: Mapping[str, Elevation] = field(default_factory=dict)  # by the role
    glass: Glass | None = None
    rates: Rates = field(default_factory=Rates)
