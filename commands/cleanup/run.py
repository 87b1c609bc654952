"""`docker cleanup run`: remove the dangling images that nobody needs."""

from __future__ import annotations

from collections.abc import Iterable

from commands import vanished
from commands.aftermath import Fate, Past
from commands.cleanup import dangling
from commands.cleanup.plan import NOTHING
from commands.command import Command
from commands.context import Context
from commands.image import removing
from commands.image.pruning import Plan
from commands.image.removing import Removed
from commands.intent import Intent
from commands.reply import Output, Reply, Table, lines
from commands.spec import Permission
from commands.units import size


class Run(Command, name="cleanup run", permission=Permission.CHANGE, does="image rm, image prune"):
    """Remove dangling images now, as the nightly cleanup does.

    The images are chosen as `cleanup plan` shows it, then removed one by one and never by force, after
    one more look at each. The bytes that were freed are measured, not added up.
    """

    attended = True

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each image that was to go is gone."""
        return vanished.each(past, "image")

    def intent(self, ctx: Context) -> Intent:
        """The images that go; the answer says of each image that was looked at what became of it."""
        planned = dangling.plan(ctx)
        return Intent(planned.objects(), lambda: _removed(ctx, planned))


def _removed(ctx: Context, planned: Plan) -> Reply:
    removed = removing.remove(ctx.patient, planned, ctx.visible)
    rows = dangling.did(planned, removed, ctx.now)
    if not rows:
        return lines([NOTHING])
    return removed.reply(Table((dangling.HEADER, *rows)), Output(_freed(removed)))


def _freed(removed: Removed) -> str:
    told = "not measured" if removed.reclaimed is None else size(removed.reclaimed)
    return f"Total reclaimed space: {told}\n"
