"""`docker cleanup run`: remove the dangling images that nobody needs."""

from __future__ import annotations

from commands.cleanup import dangling
from commands.cleanup.dangling import Removal
from commands.cleanup.plan import HEADER, NOTHING
from commands.command import Command, Permission
from commands.context import Context
from commands.reply import Output, Reply, Table, lines
from commands.units import size


class Run(Command, name="cleanup run", permission=Permission.CHANGE):
    """Remove dangling images now, as the nightly cleanup does.

    The images are chosen as `cleanup plan` shows it, then removed one by one by their full id and never by force, after
    one more look at each. The bytes that were freed are measured, not added up.
    """

    def run(self, ctx: Context) -> Reply:
        """Remove what may go; the answer says of each image what became of it."""
        planned = dangling.plan(ctx)
        if not planned.going and not planned.kept:
            return lines([NOTHING])
        before = dangling.layers(ctx.patient) if planned.going else None
        removals = tuple(dangling.remove(ctx, planned.going))
        freed = _freed(before, dangling.layers(ctx.patient)) if any(map(_went, removals)) else "0B"
        told = [removal.image.row(ctx.now, removal.fate) for removal in removals]
        told += [image.row(ctx.now, "not reached") for image in planned.going[len(removals) :]]
        told += [image.row(ctx.now, f"kept: {why}") for image, why in planned.kept]
        parts = (Table((HEADER, *told)), Output(f"Total reclaimed space: {freed}\n"))
        wrong = [removal for removal in removals if removal.failed]
        return Reply(
            parts,
            failed=bool(wrong),
            error=wrong[0].fate if wrong else None,
            unknown=any(removal.unknown for removal in wrong),
        )


def _went(removal: Removal) -> bool:
    return removal.fate == dangling.REMOVED


def _freed(before: int | None, after: int | None) -> str:
    if before is None or after is None:
        return "not measured"
    return size(max(0, before - after))
