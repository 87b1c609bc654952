"""What a run of a cleanup is, whether it takes as much as one run may or all that there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from commands import vanished
from commands.aftermath import Fate, Past
from commands.attempts import Refusal
from commands.cleanup import choosing, disk, facts, planning, removal, report, space
from commands.cleanup.disk import Gauge
from commands.cleanup.memory import Ran
from commands.cleanup.planning import Plan
from commands.cleanup.policy import Policy
from commands.cleanup.removal import End, Removal
from commands.cleanup.space import Usage
from commands.command import Command, arg
from commands.context import Context
from commands.intent import Intent, told
from commands.reply import Reply, failure, note

DOES = "image rm, image prune, container rm, container prune, network rm, network prune, builder prune"

_CAME = "It was not measured: something else came meanwhile, so that the engine holds more than it would by this alone."
_UNREAD = "How large the logs of the containers were that went cannot be read here: they are freed besides."


class Running(Command):
    """A run of one policy; of the built-in one where none is named."""

    attended = True

    policy: str = arg("NAME", default="", choosing=True)

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each object that was to go is gone."""
        return vanished.each(past)

    def cleans(self, ctx: Context, *, all_: bool) -> Intent:
        """What goes now; a dry policy only shows it, and one that goes by a disk with room does nothing."""
        policy = choosing.policy(ctx, self.policy)
        planned = planning.plan(facts.things(ctx, policy.what, self.spec.name), policy, ctx.now, all_=all_)
        gauge = disk.gauge(ctx, policy)
        if not policy.on:
            return told(report.before(planned, gauge, ctx.now) + Reply((report.dry(policy),)))
        if waits := gauge.waits():  # after a look at all there is, which notes since when that is there
            return told(replace(note(waits), quiet=True))
        return Intent(
            planned.objects(),
            lambda: _cleaned(ctx, gauge, planned),
            report.going(planned, ctx.now),
            idle=not planned.remove,
            bound=lambda: choosing.bound(policy),
        )


def _cleaned(ctx: Context, gauge: Gauge, planned: Plan) -> Reply:
    policy = gauge.policy
    try:
        number = ctx.bot.cleanups.begin(policy.name)
    except Refusal as refusal:
        return failure(str(refusal))
    before = space.usage(ctx.patient, policy.what) if planned.remove else {}
    logs = {each.id: space.log(each.found.details) for each in planned.remove if each.found.kind == "container"}
    done = removal.remove(ctx, planned, gauge.enough)
    written = [logs[each.id] for each in done.removed if each.id in logs]
    less = _less(ctx, policy, before, done)
    ran = replace(_ran(policy, planned, done, _freed(less, done, written)), number=number)
    reply = report.after(ctx, planned, gauge, done, ran)
    if less is not None and less < _own(done):
        reply += note(_CAME)
    if None in written:
        reply += note(_UNREAD)
    try:
        ctx.bot.cleanups.ended(ran)
    except Refusal as refusal:
        reply += note(str(refusal))
    return reply


def _less(ctx: Context, policy: Policy, before: Usage | None, done: Removal) -> int | None:
    """The bytes that the engine holds less than before, fewer than none where it holds more; None: nobody can say."""
    if before is None or done.broken:
        return None
    after = space.usage(ctx.patient, policy.what) if done.removed else before
    return None if after is None else space.held(before) - space.held(after)


def _own(done: Removal) -> int:
    """The bytes that went at least: those of images may be shared."""
    return sum(each.size for each in done.removed if each.found.kind != "image")


def _freed(less: int | None, done: Removal, written: Sequence[int | None]) -> int | None:
    """The bytes that were had back, with these logs; None where nobody can say, as something else came meanwhile.

    A log that cannot be read is none that was empty: nothing else freed is not nothing.
    """
    if less is None or less < _own(done):
        return None
    freed = less + sum(filter(None, written))
    return freed if freed or None not in written else None


def _ran(policy: Policy, planned: Plan, done: Removal, freed: int | None) -> Ran:
    skipped = done.count(End.KEPT, End.GONE, End.UNTRIED) + len(planned.later) + len(planned.keep)
    listed = sum(each.size for each in done.removed)
    failed = done.count(End.FAILED, End.UNKNOWN)
    return Ran(policy.name, len(done.removed), skipped, failed, freed, listed)
