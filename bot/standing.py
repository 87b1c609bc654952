"""What the policy says of people and roles, for those who ask about themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot import policy_reason
from bot.grants import Grant
from bot.policy import Asker, Policy
from bot.rule import Rule
from commands.context import Standing
from commands.spec import Permission, Spec


def standing(policy: Policy, asker: Asker, specs: Iterable[Spec]) -> Standing:
    """Who the asker is to the policy, where they ask."""
    rules = policy.people.rules(asker)
    here = {verb for rule in rules if rule.holds_for(asker) for verb in rule.verbs}
    classes = tuple(each.value for each in Permission if each.value in here)
    named = [spec for spec in specs if spec.name in here and spec.permission.value not in here]
    return Standing(
        id=asker.id,
        person=policy.people.person(asker.id) or "",
        accounts=tuple(sorted(policy.people.accounts(asker.id))),
        roles=policy.people.roles(asker.id),
        groups={each: tuple(policy.terms.groups[each]) for each in sorted(asker.groups & policy.terms.groups.keys())},
        granted=tuple(sorted(asker.granted)),
        channels=None if policy.terms.channels is None else tuple(sorted(policy.terms.channels)),
        channel=asker.channel,
        classes=classes,
        verbs=tuple(sorted(spec.name for spec in policy.usable(asker, named))),
    )


def roles(policy: Policy, asker: Asker, grants: Iterable[Grant]) -> list[Mapping[str, Any]]:
    """The rules of each role: of all for whoever may look at the whole host, else of the asker's own."""
    lasting, names = list(grants), _names(policy)
    own = {*policy.people.roles(asker.id, asker.groups), *asker.granted}
    sees = policy.sight.sees_host(asker)
    shown = (role for role in names if sees or role in own)
    return [row for role in shown for row in _rows(policy, role, asker, lasting, sees=sees)]


def _names(policy: Policy) -> list[str]:
    terms = policy.terms
    given = [*(person.roles for person in terms.people), *terms.groups.values()]
    found = {rule.role for rule in terms.allows} | {role for each in given for role in each} | set(terms.elevations)
    return sorted(found)


def _rows(
    policy: Policy, role: str, asker: Asker, grants: Iterable[Grant], *, sees: bool
) -> Iterator[Mapping[str, Any]]:
    own = policy.people.person(asker.id)
    given = (each for each in grants if each.role == role and (sees or each.person == own))
    people = (*_people(policy, role, asker, sees=sees), *map(_for_a_time, given))
    rules = [rule for rule in policy.terms.allows if rule.role == role]
    for rule in rules or [Rule(role, frozenset(), ())]:
        approval = policy.approval(rule.approve) if rule.approve else None
        yield {
            "role": role,
            "verbs": tuple(sorted(rule.verbs, key=_order)),
            "on": tuple(each.text for each in rule.on),
            "where": policy_reason.places([rule]),
            "once": "" if approval is None else policy_reason.agreeing(approval),
            "line": rule.line,
            "people": people,
        }


def _for_a_time(grant: Grant) -> str:
    until = datetime.fromtimestamp(grant.until, UTC)
    return f"{grant.person} until {until:%Y-%m-%d %H:%M}Z (number {grant.number})"


def _order(verb: str) -> tuple[int, str]:
    """Classes from harmless to host-equivalent, then single verbs."""
    known = [each.value for each in Permission]
    return (known.index(verb) if verb in known else len(known), verb)


def _people(policy: Policy, role: str, asker: Asker, *, sees: bool) -> Iterator[str]:
    """Who has it: the names that stand in the file, and the groups that give it."""
    for person in policy.terms.people:
        if role in person.roles and (sees or asker.id in person.slack):
            yield person.name
    for group, given in policy.terms.groups.items():
        if role in given and (sees or group in asker.groups):
            yield group
