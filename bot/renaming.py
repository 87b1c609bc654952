"""What whoever gives an object another name may do to it by that, and may not by the one that it has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot import policy_reason
from bot.policy import Allow, Asker, Deny, Hold, Object, Policy
from commands.spec import Spec


def entering(policy: Policy, asker: Asker, old: Object, new: Object, specs: Iterable[Spec]) -> Allow | Hold | Deny:
    """Whether an object may become another by its name, as far as a rule of the asker's allows more by that.

    What they may not do to it as it is called now, by one of the verbs, they get by no renaming; where that takes
    consent, the renaming does. In whatever channel, and with whatever role for a time: they may ask there, or for that,
    next.
    """
    asker = replace(asker, granted=asker.granted.union(policy.terms.elevations))
    verbs = tuple(specs)
    rules = [rule for rule in policy.people.rules(asker) if rule.is_left(new, old, asker)]
    places = [(rule, replace(asker, channel=each)) for rule in rules for each in sorted(rule.channels) or ("",)]
    missing, used = set(), []
    for rule, there in places:
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
