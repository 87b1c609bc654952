"""`docker cleanup run`: remove what a policy takes, as much of it as one run may."""

from __future__ import annotations

from commands.cleanup.running import DOES, Running
from commands.context import Context
from commands.intent import Intent
from commands.spec import Permission


class Run(Running, name="cleanup run", permission=Permission.CHANGE, does=DOES):
    """Remove what a cleanup takes now, as the clock does.

    Without a name it is about dangling images. What goes is chosen as `cleanup plan` shows it, then removed one by one
    and never by force, after one more look at each. While images are pulled, pushed, built or loaded here, nothing is
    removed. One run takes only so much; a dry policy removes nothing and only shows what it would. The bytes that were
    freed are measured, not added up.
    """

    def intent(self, ctx: Context) -> Intent:
        """What goes; the answer says of each object that was looked at what became of it."""
        return self.cleans(ctx, all_=False)
