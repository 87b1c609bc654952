"""The rules of a policy by the verb that they are about, so that a verdict never walks through all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bot.rule import Asker, Object, Person, Rule, Terms
from bot.selector import WILD, value
from commands.spec import Permission, Spec

What = Spec | Permission
SHOWN = 3  # people whom a refusal names


class Sieve:
    """Rules in their order, and quickly those of them that select an object: hundreds are never looked at."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._begun: dict[str, dict[str, list[int]]] = {}  # by what selectors go by, by how their globs begin
        for at, rule in enumerate(self.rules):
            for selector in rule.on:
                what, glob = selector.parts
                begin = glob[: found.start()] if (found := WILD.search(glob)) else glob
                self._begun.setdefault(what, {}).setdefault(begin, []).append(at)
        self._lengths = {what: {len(begin) for begin in begun} for what, begun in self._begun.items()}
        self._wide = tuple(rule for rule in self.rules if any(each.is_wide for each in rule.on))

    def holding(self, asker: Asker) -> list[Rule]:
        """The rules that hold where the asker asks."""
        return [rule for rule in self.rules if rule.holds_for(asker)]

    def on_all(self, asker: Asker) -> list[Rule]:
        """Those of them that need no object to be about."""
        return [rule for rule in self._wide if rule.holds_for(asker) and rule.is_on_all(asker)]

    def selecting(self, obj: Object, asker: Asker) -> list[Rule]:
        """The rules about this object that hold where the asker asks."""
        near = (self.rules[at] for at in sorted(set(self._near(obj, asker))))
        return [rule for rule in near if rule.holds_for(asker) and rule.selects(obj, asker)]

    def _near(self, obj: Object, asker: Asker) -> Iterator[int]:
        """The places of the rules one of whose selectors begins as the object does."""
        for what, begun in self._begun.items():
            text = value(what, obj, asker)
            if obj.may_be_any(what):
                yield from (at for places in begun.values() for at in places)
            elif text is not None:
                for length in self._lengths[what]:
                    yield from begun.get(text[:length], ())


class Index:
    """Some rules by the verb that they are about; what was asked once is remembered.

    about_it says whether a rule is about a verb, done to objects of a kind.
    """

    def __init__(self, rules: Iterable[Rule], about_it: Callable[[Rule, What, str], bool]) -> None:
        self._rules = tuple(rules)
        self._about_it = about_it
        self._about: dict[object, Sieve] = {}

    @classmethod
    def giving(cls, rules: Iterable[Rule]) -> Index:
        """Of rules that give a right: they are about what they name, whatever it is done to."""
        return cls(rules, lambda rule, what, _kind: rule.names(what))

    @classmethod
    def barring(cls, rules: Iterable[Rule]) -> Index:
        """Of rules that deny, or raise the bar: they are about a verb, too, that does what they name."""
        return cls(rules, Rule.bars)

    def about(self, what: What, kind: str = "") -> Sieve:
        """Those about this verb or class, done to objects of a kind; without one, about all of it."""
        key = (_key(what), kind)
        found = self._about.get(key)
        if found is None:
            found = self._about[key] = Sieve(rule for rule in self._rules if self._about_it(rule, what, kind))
        return found


class Able:
    """Who of the people that the file names may do what by their roles: whom a refusal tells the asker to ask."""

    def __init__(self, terms: Terms) -> None:
        self._people = terms.people
        self._rules = Index.giving(terms.allows)
        self._known: dict[object, tuple[Person, ...]] = {}

    def names(self, what: What, asker: Asker, *, everywhere: bool) -> tuple[str, ...]:
        """A few beside the asker, first those with a rule on everything there; with everywhere, those alone.

        Never by an object: who could be named for one that is hidden would tell that it is there.
        """
        key = (_key(what), asker.host, everywhere)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = tuple(self._people_with(what, asker, everywhere=everywhere))[: SHOWN + 1]
        return tuple(each.name for each in found if asker.id not in each.slack)[:SHOWN]

    def _people_with(self, what: What, asker: Asker, *, everywhere: bool) -> Iterable[Person]:
        rules = [rule for rule in self._rules.about(what).rules if not rule.hosts or asker.host in rule.hosts]
        wide = {rule.role for rule in rules if rule.is_on_all(asker)}
        some = set() if everywhere else {rule.role for rule in rules} - wide
        found = (each for roles in (wide, some) for each in self._people if not roles.isdisjoint(each.roles))
        return {each.name: each for each in found}.values()


def _key(what: What) -> object:
    return what if isinstance(what, Permission) else (what.names[0], what.permission)
