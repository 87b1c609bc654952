"""`docker cleanup run`: remove the dangling images that nobody needs."""

from __future__ import annotations

from commands.cleanup import dangling
from commands.cleanup.plan import NOTHING
from commands.command import Command, Permission
from commands.context import Context
from commands.image import pruning
from commands.image.pruning import Removed
from commands.reply import Errors, Output, Part, Reply, Table, lines
from commands.units import size


class Run(Command, name="cleanup run", permission=Permission.CHANGE):
    """Remove dangling images now, as the nightly cleanup does.

    The images are chosen as `cleanup plan` shows it, then removed one by one and never by force, after
    one more look at each. The bytes that were freed are measured, not added up.
    """

    def run(self, ctx: Context) -> Reply:
        """Remove what may go; the answer says of each image what became of it."""
        planned = dangling.plan(ctx)
        removed = pruning.remove(ctx.patient, planned, ctx.visible)
        rows = dangling.did(planned, removed, ctx.now)
        return _told((Table((dangling.HEADER, *rows)), Output(_freed(removed))), removed) if rows else lines([NOTHING])


def _told(parts: tuple[Part, ...], removed: Removed) -> Reply:
    if removed.unknown is None:
        return Reply(parts, ids=tuple(removed.ids))
    told = (*parts, Errors(f"{removed.unknown}\n"))
    return Reply(told, failed=True, error=removed.unknown, unknown=True, ids=tuple(removed.ids))


def _freed(removed: Removed) -> str:
    told = "not measured" if removed.reclaimed is None else size(removed.reclaimed)
    return f"Total reclaimed space: {told}\n"
