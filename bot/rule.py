"""What a policy is made of: people, and the rules that say who may do what to which objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot.bounds import KEPT, Rates, RunLimits
from bot.consent import Approval, Elevation, Glass
from bot.quiet import Quiet
from bot.selector import EVERYTHING, ME, NOTHING, SORTS, Asker, Object, Selector
from commands.spec import Permission, Spec

__all__ = ["EVERYTHING", "ME", "NOBODY", "SORTS", "Asker", "Needs", "Object", "Person", "Rule", "Selector", "Terms"]

# Any one of the approvals in a set is enough, and each set needs one: () needs nobody.
Needs = frozenset[frozenset[str]]
NOBODY: Needs = frozenset()


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

    def bars(self, what: Spec | Permission, kind: str = "") -> bool:
        """Whether it is about this verb, or about one that the verb does to what it finds of this kind.

        Without a kind: whether it is about all that the verb does.
        """
        if self.names(what):
            return True
        does = () if isinstance(what, Permission) else what.does
        kinds = {verb.split()[0] for verb in does}
        concerned = kind or (kinds.pop() if len(kinds) == 1 else "")
        return any(verb in self.verbs and verb.split()[0] == concerned for verb in does)

    def holds_for(self, asker: Asker) -> bool:
        """Whether it holds on this host and in this channel."""
        return (not self.hosts or asker.host in self.hosts) and (not self.channels or asker.channel in self.channels)

    def selects(self, obj: Object, asker: Asker) -> bool:
        """Whether it is about this object, for the asker.

        The labels of what was made from chat give nobody a right: whoever made it, or its image, wrote them. What
        restricts by a label, or an image, is about all of which that is not known.
        """
        if not self.role and any(obj.may_be_any(each.parts[0]) for each in self.on):
            return True
        on = self._lasting if self.role and obj.maker else self.on
        return any(each.matches(obj, asker) for each in on)

    def concerns(self, kind: str) -> bool:
        """Whether something of this kind could be what it is about; without one, whether anything could."""
        return not kind or any(each.concerns(kind) for each in self.on)

    def is_left(self, old: Object, new: Object, asker: Asker) -> bool:
        """Whether it is about the one here, and not about the other."""
        here = not self.hosts or asker.host in self.hosts
        return here and self.selects(old, asker) and not self.selects(new, asker)

    def is_on_all(self, asker: Asker) -> bool:
        """Whether it needs no object to be about where the asker asks."""
        return any(each.is_wide and each.matches(NOTHING, asker) for each in self.on)

    @property
    def folded(self) -> Rule:
        """The same with the names of containers in small letters."""
        return replace(self, on=tuple(each.folded for each in self.on))

    @cached_property
    def _lasting(self) -> tuple[Selector, ...]:
        return tuple(each for each in self.on if not each.is_by_label)


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
    kept: float = KEPT  # seconds for which answers are kept
    quiet: Quiet = field(default_factory=Quiet)
    recorded: bool = False  # whether all that is typed and printed in sessions is kept
    lines: Mapping[str, int] = field(default_factory=dict)  # where [channels] and each kind of [protect] stand

    @cached_property
    def longest(self) -> Mapping[str, float]:
        """For how many seconds each role can be had that can be asked for."""
        return {role: each.longest for role, each in self.elevations.items()}

    @cached_property
    def asked_groups(self) -> frozenset[str]:
        """The groups whose members may agree to something, or look at a broken glass, as such."""
        deciders = [each.approvers for each in self.approvals.values()]
        deciders += [each.escalation.approvers for each in self.approvals.values() if each.escalation]
        deciders += [self.glass.reviewers] if self.glass else []
        return frozenset(group for each in deciders for group in each.groups)

    @cached_property
    def asked_in(self) -> frozenset[str]:
        """The channels in which people are asked for their consent, or told of a glass that was broken."""
        escalations = (each.escalation for each in self.approvals.values() if each.escalation)
        places = (*self.approvals.values(), *escalations, *((self.glass,) if self.glass else ()))
        return frozenset(each.channel for each in places if each.channel)
