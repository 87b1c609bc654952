"""What people may see by a policy: of all there is, of the host as a whole, and of what a list would show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from bot.policy_bars import Bars
from bot.policy_index import What
from bot.policy_people import People
from bot.rule import NOBODY, Asker, Needs, Object, Terms
from bot.verdict import Allow, Deny, Hold
from commands.spec import Permission, Spec


class Judge(Protocol):
    """A policy, as far as sight goes by it."""

    @property
    def terms(self) -> Terms:
        """What its file says."""

    @property
    def people(self) -> People:
        """Whom it names, and the rules of each."""

    @property
    def bars(self) -> Bars:
        """What holds whatever a rule allows."""

    def may(self, asker: Asker, what: What, obj: Object) -> bool:
        """Whether the person may do this to the object."""

    def needs(self, asker: Asker, what: What, obj: Object) -> Needs:
        """Whose consent that takes."""

    def judge(self, asker: Asker, spec: Spec, objects: tuple[Object, ...]) -> Allow | Hold | Deny:
        """The verdict on a verb."""


@dataclass(frozen=True)
class Sight:
    """Read off the policy whenever it is asked."""

    policy: Judge

    def sees_all(self, asker: Asker, what: What = Permission.SEE, kind: str = "") -> bool:
        """Whether nothing at all is hidden from the person, or nothing is out of reach of this verb of theirs.

        With a kind: nothing that could be of that kind.
        """
        rules = [rule for rule in self.policy.people.allowing(asker, what) if not rule.approve]
        bars = [
            each
            for index in (self.policy.bars.denies, self.policy.bars.requires)
            for each in index.about(what).holding(asker)
        ]
        return any(rule.is_on_all(asker) for rule in rules) and not any(each.concerns(kind) for each in bars)

    def sees_host(self, asker: Asker) -> bool:
        """Whether the person may look at what is about the whole host, as the record and the roles are."""
        return any(
            rule.is_on_all(asker) and not rule.approve for rule in self.policy.people.allowing(asker, Permission.SEE)
        )

    def visible(self, asker: Asker, what: What, obj: Object) -> bool:
        """Whether a list that this verb makes may show the object: it takes no more consent than the list itself.

        By a class: whether it takes none.
        """
        if not self.policy.may(asker, what, obj):
            return False
        if isinstance(what, Permission):
            return not self.policy.needs(asker, what, obj)
        if not what.filtered:
            return True
        listing = self.policy.judge(asker, what, ())
        return self.policy.needs(asker, what, obj) <= (listing.needs if isinstance(listing, Hold) else NOBODY)

    def shows(self, asker: Asker, what: What, listed: Iterable[Object]) -> bool:
        """Whether it may show an object that is judged as all of these."""
        return all(self.visible(asker, what, obj) for obj in listed)

    def is_everybodys(self, obj: Object, host: str) -> bool:
        """Whether all whom the file names may see an object there, as person or by a group, wherever they ask."""
        people = (Asker(each.slack[0], host=host, accounts=frozenset(each.slack)) for each in self.policy.terms.people)
        groups = (Asker("", frozenset({each}), host=host) for each in self.policy.terms.groups)
        return all(self.visible(each, Permission.SEE, obj) for each in (*people, *groups))
