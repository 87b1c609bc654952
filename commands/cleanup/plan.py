"""`docker cleanup plan`: what the nightly cleanup would remove."""

from __future__ import annotations

from commands.cleanup import dangling
from commands.command import Command, Permission
from commands.context import Context
from commands.reply import Reply, Table, lines, note

HEADER = ("IMAGE ID", "CREATED", "SIZE", "WHAT")
NOTHING = "There are no dangling images."
SHARED = "Layers may be shared, so sizes do not add up: a run measures what it has freed."


class Plan(Command, name="cleanup plan", permission=Permission.SEE):
    """Show which dangling images the nightly cleanup would remove, and why it would keep the others.

    Dangling is what the engine calls so. Kept is what a container in any state was made from, what slashdock first saw
    less than a day ago, what is dated in the future, and what is beyond the number that one run may remove. Nothing is
    changed.
    """

    def run(self, ctx: Context) -> Reply:
        """The images that would go, then those that would stay."""
        planned = dangling.plan(ctx)
        going = [image.row(ctx.now, "would be removed") for image in planned.going]
        kept = [image.row(ctx.now, f"kept: {why}") for image, why in planned.kept]
        if not going and not kept:
            return lines([NOTHING])
        return Reply((Table((HEADER, *going, *kept)),)) + note(SHARED)
