"""`docker cleanup plan`: what the nightly cleanup would remove."""

from __future__ import annotations

from commands.cleanup import dangling
from commands.command import Command
from commands.context import Context
from commands.reply import Reply, Table, lines
from commands.spec import Permission

NOTHING = "There are no dangling images."


class Plan(Command, name="cleanup plan", permission=Permission.SEE):
    """Show which dangling images the nightly cleanup would remove, and why the others stay.

    Dangling is what the engine calls so. What a container in any state was made from stays, what slashdock first saw
    less than a day ago, what is dated in the future, and what is beyond the number that one run may remove. Nothing is
    changed. The bytes that are freed are measured by the run: images share layers, so that sizes do not add up.
    """

    def run(self, ctx: Context) -> Reply:
        """The images that would go, then those that would stay."""
        rows = dangling.would(dangling.plan(ctx), ctx.now)
        return Reply((Table((dangling.HEADER, *rows)),)) if rows else lines([NOTHING])
