"""`docker approval break-glass`: go on without consent, in an emergency, to be reviewed afterwards."""

from __future__ import annotations

from commands.approval.deciding import Deciding
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission

_WHY = 'Say why: docker approval break-glass {} --reason "..."'


class BreakGlass(Deciding, name="approval break-glass", permission=Permission.LISTED, decides=True):
    """Go on with what you asked for without waiting for consent, in an emergency.

    Only where the policy has it and for whom it names, never for what gives root on a host. A reason is needed, the
    channel hears of it, and it stays marked until somebody else has reviewed it.
    """

    def problem(self) -> str | None:
        """A number that is none, or no reason."""
        return super().problem() or (None if self.reason.strip() else _WHY.format(self.number))

    def run(self, ctx: Context) -> Reply:
        """Break it."""
        return ctx.bot.consents.break_glass(int(self.number), self.reason)
