"""What a cleanup says: before a run what would go and what stays, after it what became of each object."""

from __future__ import annotations

from collections.abc import Iterator

from commands.cleanup import space
from commands.cleanup.disk import Gauge
from commands.cleanup.facts import Thing
from commands.cleanup.memory import Ran
from commands.cleanup.planning import Plan
from commands.cleanup.policy import CACHE, CONTAINERS, DANGLING, DEFAULT, IMAGES, NETWORKS, Policy
from commands.cleanup.removal import End, Removal
from commands.context import Context
from commands.listing import short
from commands.reply import Errors, Note, Output, Part, Reply, Table, lines
from commands.report import storage
from commands.report.report import KINDS, Period
from commands.system.room import Unread
from commands.units import ago, size

HEADER = ("ID", "KIND", "NAME", "SIZE", "CREATED", "WHAT")
_UNUSED = {
    DANGLING: "it has no name, nothing uses it",
    IMAGES: "nothing uses it",
    CONTAINERS: "it does not run",
    NETWORKS: "nothing is on it",
    CACHE: "no build uses it",
}
_STEP = "what was made of it goes"
_NOTHING: dict[tuple[str, ...], str] = {(DANGLING,): "There are no dangling images."}
_LATER = "one run removes {} at most, the next goes on"
_MORE = "`{}` removes all {} at once, where somebody else agrees."
_LOST = "Something stays that lost names: `cleanup undo {}` gives back those that are free."
_DRY = "The policy {0} is dry: nothing was removed. `cleanup on {0}` turns it on."

Row = tuple[str, ...]


def before(planned: Plan, gauge: Gauge, now: float) -> Reply:
    """What a run would do; what a dry one does. Raises Unread."""
    policy, full = gauge.policy, _notes(gauge.most())
    rows = (*(_row(each, now, _goes(each, now)) for each in planned.remove), *_left(planned, now))
    if not rows:
        return Reply(full) + nothing(policy)
    return Reply((*full, Table((HEADER, *rows), caption="What would go, and what stays"), *_hints(planned, policy)))


def nothing(policy: Policy) -> Reply:
    """Where nothing is there that a policy could take."""
    return lines([_NOTHING.get(policy.what, f"Nothing of {', '.join(policy.what)} is there.")])


def going(planned: Plan, now: float) -> tuple[Row, ...]:
    """What goes, for whoever has to agree to it."""
    return (HEADER, *(_row(each, now, _goes(each, now)) for each in planned.remove))


def after(ctx: Context, planned: Plan, gauge: Gauge, removal: Removal, ran: Ran) -> Reply:
    """What a run did."""
    policy = gauge.policy
    rows = (*(_row(fate.thing, ctx.now, str(fate)) for fate in removal.fates), *_left(planned, ctx.now))
    if not rows:
        return Reply(_left_room(gauge)) + nothing(policy)
    freed = "not measured" if ran.freed is None else size(ran.freed)
    parts: list[Part] = [
        Table((HEADER, *rows), caption="What went, and what stays"),
        Output(f"Total reclaimed space: {freed}\n"),
    ]
    parts += [Note(_counted(ran)), *_left_room(gauge), *_hints(planned, policy)]
    if ran.freed == 0 and (much := list(space.large(ctx))):
        parts.append(Note(f"Nothing was freed. {' '.join(much)}"))
    if removal.lost:
        parts.append(Note(_LOST.format(ran.number)))
    parts += _week(ctx)
    ids = removal.touched
    if not removal.broken:
        return Reply(tuple(parts), ids=ids)
    told = (*parts, Errors(f"{removal.broken}\n"))
    return Reply(told, failed=True, error=removal.broken, unknown=removal.count(End.UNKNOWN) > 0, ids=ids)


def dry(policy: Policy) -> Note:
    """That its runs remove nothing yet."""
    return Note(_DRY.format(policy.name))


def _counted(ran: Ran) -> str:
    listed = f", listed with {size(ran.told)} by the engine: images share layers" if ran.told else ""
    return f"{ran.removed} removed{listed}; {ran.skipped} skipped; {ran.failed} failed."


def _week(ctx: Context) -> Iterator[Part]:
    """The disk over the last week, for whoever sees all that is on it; nothing where it was not weighed."""
    week = KINDS["weekly"]
    period = Period.of(week.name, ctx.now - week.seconds, ctx.now)
    disks = ctx.bot.samples.disks(period.since, period.until).disks if ctx.sees_all() else ()
    if disks:
        yield Note(f"Weighed {ago(ctx.now - disks[-1].at).lower()}: {' '.join(storage.sizes(disks[-1]))}")
        yield storage.chart(period, disks)


def _left_room(gauge: Gauge) -> tuple[Note, ...]:
    try:
        return _notes(gauge.left())
    except Unread as error:
        return _notes(str(error))


def _notes(text: str) -> tuple[Note, ...]:
    return (Note(text),) if text else ()


def _hints(planned: Plan, policy: Policy) -> Iterator[Note]:
    if planned.later:
        line = "cleanup sweep" if policy.name == DEFAULT else f"cleanup sweep {policy.name}"
        yield Note(_MORE.format(line, len(planned.remove) + len(planned.later)))


def _left(planned: Plan, now: float) -> Iterator[Row]:
    later = f"stays: {_LATER.format(len(planned.remove))}"
    yield from (_row(each, now, later) for each in planned.later)
    yield from (_row(each, now, f"stays: {why}") for each, why in planned.keep)


def _goes(thing: Thing, now: float) -> str:
    """That it would go, and why."""
    why = _STEP if thing.step else _UNUSED[thing.word]
    used = f", last used {ago(now - thing.used).lower()}" if thing.used else ""
    return f"would be removed: {why}, first seen {ago(now - thing.seen).lower()}{used}"


def _row(thing: Thing, now: float, fate: str) -> Row:
    found = thing.found
    name = found.name if thing.names else "<none>"
    created = "in the future" if thing.created > now else ago(now - thing.created)
    return short(found.id), found.kind, name, size(thing.size), created, fate
