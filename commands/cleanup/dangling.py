"""What the cleanup adds to the pruning of images: what is fresh stays, and one run takes only so many."""

from __future__ import annotations

from dataclasses import replace

from commands.context import Context
from commands.image import pruning
from commands.image.pruning import Image, Plan, Selection
from commands.image.removing import Removed
from commands.listing import short
from commands.units import ago

DAY = 86_400  # seconds that an image is left alone after it was first seen; a pull may still be under way
SLACK = 60  # seconds; two runs of a nightly job are never quite a day apart
MOST = 50  # images that one run removes, so that a mistake has a bound
HEADER = ("IMAGE ID", "CREATED", "WHAT")

Row = tuple[str, ...]


def plan(ctx: Context) -> Plan:
    """What a run would do now, in four requests, whatever the number of images; changes nothing."""
    listed = pruning.images(ctx.docker)
    seen = ctx.bot.first_seen(image.id for image in listed)
    shown = pruning.shown_to(ctx.visible, listed)
    fresh = {image.id: _fresh(image, seen[image.id], ctx.now) for image in shown}
    spared = {identity: why for identity, why in fresh.items() if why}
    return _capped(pruning.plan(shown, pruning.uses(ctx.docker, ctx.visible), Selection(), spared))


def would(planned: Plan, now: float) -> tuple[Row, ...]:
    """The table's rows before a run."""
    return (
        *(_row(image, now, "would be removed") for image in planned.remove),
        *(_row(image, now, f"stays: {why}") for image, why in planned.keep),
    )


def did(planned: Plan, removed: Removed, now: float) -> tuple[Row, ...]:
    """The table's rows after a run."""
    kept = {image.id: why for image, why in removed.kept}
    fates = []
    answered = not removed.unknown
    for image in planned.remove:
        if image.id in kept:
            fates.append(f"stays: {kept[image.id]}")
        elif f"deleted: {image.id}" in removed.lines:
            fates.append("removed")
        elif removed.broken is None:
            fates.append("was gone already")
        else:
            fates.append("not reached" if answered else "not known: the engine did not answer")
            answered = True
    done = zip(planned.remove, fates, strict=True)
    return (*(_row(image, now, fate) for image, fate in done), *would(replace(planned, remove=()), now))


def _capped(planned: Plan) -> Plan:
    later = [(image, f"one run removes {MOST} at most, the next goes on") for image in planned.remove[MOST:]]
    return Plan(planned.remove[:MOST], (*later, *planned.keep))


def _fresh(image: Image, seen: float, now: float) -> str:
    """Why an image is too young, empty where it is not; its own date is when it was built, so it counts for nothing."""
    if image.created > now:
        return "it is dated in the future"
    return f"it was first seen {ago(now - seen).lower()}" if now - seen < DAY - SLACK else ""


def _row(image: Image, now: float, fate: str) -> Row:
    return short(image.id), "in the future" if image.created > now else ago(now - image.created), fate
