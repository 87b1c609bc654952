"""What a line finds by itself, as a prune or a project of compose does, or touches: judged as if it had named that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot import answers, beyond, effects, policy_reason
from bot.admission import spec_of
from bot.answers import End
from bot.judging import Judged, Judging, none_refused
from bot.policy import Allow, Deny, Hold, Object
from bot.rule import NOBODY
from commands.intent import Intent
from commands.spec import Permission
from commands.target import Found, Missing


def widened(judging: Judging, judged: Judged, intent: Intent) -> Judged:
    """The same with what it takes for all that the line finds; nobody agrees to what does nothing.

    Raises End where the policy refuses any of it.
    """
    spec = judged.command.spec
    if spec.permission is Permission.LISTED:
        return replace(judged, needs=judged.needs | intent.needs)
    if intent.idle or (_has_nothing(judged) and not intent.objects):
        return replace(judged, needs=NOBODY)
    guarded = [(each, judging.guarded(spec, judged.host, each)) for each in intent.objects]
    found = [(each, judging.objects(looked, judged.made_by)) for each, looked in guarded]
    reached = beyond.touched(judging, judged, intent)
    verdicts = [
        *_by_itself(judging, judged, found),
        *_parts(judging, judged, intent),
        *(verdict for each in reached for verdict in beyond.verdicts(judging, judged, each)),
    ]
    try:
        wider = [each for each in none_refused(verdicts, judged.command) if isinstance(each, Hold)]
    except End as end:
        known = (each.found for each in reached if beyond.knows(judging, judged, each))
        end.found = (*(each for each in judged.found.values() if isinstance(each, Found)), *intent.objects, *known)
        raise
    reason = judged.reason if judged.needs or not wider else wider[0].reason
    rooted = {f"{each.name}: {obj.root}" for each, seen in found for obj in seen if obj.root and spec.permission.enters}
    needs = judged.needs.union(*(each.needs for each in wider))
    if intent.agreed and not needs:
        raise answers.denied(policy_reason.unagreed(spec, intent.agreed, judging.policy.source), judged.command)
    rooted.update(reason for each in reached for reason in beyond.rooted(judging, judged, each))
    touched = (effect for each in reached for effect in beyond.effects(judging, judged, each))
    besides = effects.once((*touched, *effects.of_line(judged.command, judged.found, intent)))
    root = judged.root | rooted
    return replace(judged, needs=needs, reason=reason, root=root, effects=besides, agreed=intent.agreed)


def _by_itself(
    judging: Judging, judged: Judged, found: Iterable[tuple[Found, tuple[Object, ...]]]
) -> Iterator[Allow | Hold | Deny]:
    """The verdicts on what it finds, each of which has to be the asker's to touch so, by whatever name."""
    for each, seen in found:
        verdict = judging.policy.judge(judged.asker, judged.command.spec, seen)
        yield replace(verdict, reason=f"{each.name}: {verdict.reason}")


def _parts(judging: Judging, judged: Judged, intent: Intent) -> Iterator[Allow | Hold | Deny]:
    """The verdicts on the other verbs that are done to some of it."""
    for verb, found in intent.also.items():
        spec = spec_of(judging.catalog, verb)
        for obj in (obj for each in found for obj in judging.objects(each, judged.made_by)):
            yield judging.policy.bars.part(judged.asker, spec, obj)


def _has_nothing(judged: Judged) -> bool:
    """Whether nothing is there of all that the line is about: nobody is asked to agree to an error."""
    absent = [isinstance(each, Missing) for each in judged.found.values()]
    return bool(absent) and all(absent) and not judged.command.acts_anyway()
