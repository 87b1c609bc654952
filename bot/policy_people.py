"""The people of a policy: whose an account is, which roles they have, and the rules that these give them."""

from __future__ import annotations

from functools import cached_property

from bot.policy_index import Index, Sieve, What
from bot.request import Member
from bot.rule import EVERYTHING, Asker, Object, Person, Rule, Selector, Terms
from commands.spec import Permission

CLEANUP = "schedule:cleanup"
UNGROUPED = "Slack does not say who is in the groups now, so nothing was done. Try again in a minute."

_CLEANUP_RULES = Index.giving([Rule(CLEANUP, frozenset({"cleanup run"}), (Selector(EVERYTHING),))])


class People:
    """Read off the terms once, as far as anybody asks."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def person(self, actor_id: str) -> str | None:
        """The name of the person to whom a Slack account belongs."""
        found = self._owners.get(actor_id)
        return None if found is None else found.name

    def actor(self, name: str) -> str | None:
        """The first Slack account of the person with this name."""
        return next((person.slack[0] for person in self._terms.people if person.name == name), None)

    def accounts(self, actor_id: str) -> frozenset[str]:
        """The Slack accounts of the same human; none where the file does not list the person."""
        found = self._owners.get(actor_id)
        return frozenset() if found is None else frozenset(found.slack)

    def roles(self, actor_id: str, groups: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """The roles of a Slack account that is in these user groups, in alphabetical order."""
        found = self._owners.get(actor_id)
        own = set() if found is None else set(found.roles)
        return tuple(sorted(own.union(*(self._terms.groups.get(group, ()) for group in groups))))

    def known(self, actor_id: str, member: Member, *, deciding: bool = False) -> Member:
        """What Slack says of an account; refused for now where its groups are unsaid, and one could give it more.

        That is a role that it has not, or, for whoever is deciding, that its word counts.
        """
        given = {role for roles in self._terms.groups.values() for role in roles}
        asks = not given.issubset(self.roles(actor_id)) or (deciding and bool(self._terms.asked_groups))
        return Member(refused=UNGROUPED, unsaid=True) if member.ungrouped and asks else member

    def rules(self, asker: Asker) -> tuple[Rule, ...]:
        """Every rule of the asker's roles, wherever it holds."""
        own = self._roles(asker)
        return tuple(rule for rule in self._terms.allows if rule.role in own)

    def about(self, asker: Asker, what: What) -> list[Rule]:
        """The rules of the asker's roles about it, wherever they hold."""
        return [rule for sieve in self._sieves(asker, what) for rule in sieve.rules]

    def allowing(self, asker: Asker, what: What) -> list[Rule]:
        """Those of them that hold where the asker asks."""
        return [rule for rule in self.about(asker, what) if rule.holds_for(asker)]

    def reaching(self, asker: Asker, what: What, obj: Object) -> list[Rule]:
        """The rules that allow the asker this on this object here."""
        return [rule for sieve in self._sieves(asker, what) for rule in sieve.selecting(obj, asker)]

    def rooting(self, asker: Asker, obj: Object) -> list[Rule]:
        """The rules of the class root that reach an object, each of which needs somebody's consent."""
        return [rule for rule in self.reaching(asker, Permission.ROOT, obj) if rule.approve]

    @cached_property
    def _owners(self) -> dict[str, Person]:
        """Each Slack account's person."""
        return {account: person for person in self._terms.people for account in person.slack}

    @cached_property
    def _by_role(self) -> dict[str, Index]:
        found: dict[str, list[Rule]] = {}
        for rule in self._terms.allows:
            found.setdefault(rule.role, []).append(rule)
        return {role: Index.giving(rules) for role, rules in found.items()}

    def _roles(self, asker: Asker) -> frozenset[str]:
        """Those that the asker has by the file, and for a time."""
        return asker.granted.union(self.roles(asker.id, asker.groups))

    def _sieves(self, asker: Asker, what: What) -> list[Sieve]:
        """The rules about it of each of the asker's roles."""
        if asker.id == CLEANUP:
            return [_CLEANUP_RULES.about(what)]
        return [self._by_role[role].about(what) for role in sorted(self._roles(asker)) if role in self._by_role]
