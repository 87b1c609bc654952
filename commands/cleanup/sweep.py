"""`docker cleanup sweep`: remove all that a policy takes, however much it is."""

from __future__ import annotations

from dataclasses import replace

from commands.cleanup.running import DOES, Running
from commands.context import Context
from commands.intent import Intent
from commands.spec import Permission


class Sweep(Running, name="cleanup sweep", permission=Permission.CHANGE, does=DOES):
    """Remove all that a cleanup takes, beyond what one run may.

    It is done as `cleanup run` does it, and never without somebody else's consent: a rule of the policy has to ask for
    that, such as [[require]] verbs = ["cleanup sweep"]. Without one it is refused.
    """

    def intent(self, ctx: Context) -> Intent:
        """All that goes."""
        return replace(self.cleans(ctx, all_=True), agreed="as it takes all that there is")
