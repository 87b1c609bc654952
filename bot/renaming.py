"""What whoever gives an object another name may do to it by that, and may not by the one that it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot import policy_reason
from bot.policy import Allow, Asker, Deny, Hold, Object, Policy
from bot.rule import Rule
from commands.spec import Spec


def entering(policy: Policy, asker: Asker, old: Object, new: Object, specs: Iterable[Spec]) -> Allow | Hold | Deny:
    """Whether an object may become another by its name, as far as a rule of the asker's allows more by that.

    What they may not do to it as it is called now, by one of the verbs, they get by no renaming; where that takes
    consent, the renaming does. In whatever channel, and with whatever role for a time: they may ask there, or for that,
    next.
    """
    verbs, missing, used = tuple(specs), set(), []
    for rule, there in _places(policy, asker, old, new):
        for spec in (each for each in verbs if rule.names(each) and policy.may(there, each, new)):
            if not policy.may(there, spec, old):
                return Deny(policy_reason.enters(old, rule, policy.source))
            given = policy.needs(there, spec, new)
            more = {clause for clause in policy.needs(there, spec, old) if not any(each <= clause for each in given)}
            used += [rule] if more else []
            missing |= more
    needs = frozenset(missing)
    return (
        Hold(policy_reason.entered(old, used, policy.bars.named(needs), policy.source), needs) if needs else Allow("")
    )


def _places(policy: Policy, asker: Asker, old: Object, new: Object) -> Iterator[tuple[Rule, Asker]]:
    """The rules that reach it by its new name alone, each with the asker there: as they are, and with one role more."""
    for granted in (asker.granted, *(asker.granted | {role} for role in policy.terms.elevations)):
        able = replace(asker, granted=granted)
        for rule in policy.people.rules(able):
            if rule.is_left(new, old, able):
                yield from ((rule, replace(able, channel=each)) for each in sorted(rule.channels) or ("",))
