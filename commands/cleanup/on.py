"""`docker cleanup on`: let a cleanup remove what it shows."""

from __future__ import annotations

from collections.abc import Iterable

from commands.aftermath import Fate, Past, untold
from commands.attempts import Refusal
from commands.cleanup import choosing, ls
from commands.cleanup.policy import MOST, PERCENT, Policy
from commands.cleanup.set import UNTOLD
from commands.command import Command, arg
from commands.context import Context
from commands.intent import Intent
from commands.reply import Reply, failure, note
from commands.spec import Permission

_MUCH = f"where a run may take more than {MOST} objects, or more than {PERCENT} of a hundred"


class On(Command, name="cleanup on", permission=Permission.CHANGE):
    """Let a cleanup's runs remove what they only showed so far.

    Whatever is set anew under its name makes it dry again. Where a run may take more than 20 objects, or more than 20
    of a hundred, it is never done without somebody else's consent: a rule of the policy has to ask for that.
    """

    policy: str = arg("NAME", choosing=True)

    def became(self, past: Past) -> Iterable[Fate]:
        """Nothing at the engine tells."""
        del past
        return untold(UNTOLD)

    def intent(self, ctx: Context) -> Intent:
        """To let it remove what it takes by the rules that it has now, which are shown."""
        found = ctx.bot.cleanups.policy(self.policy)
        return Intent(
            (),
            lambda: _turned_on(ctx, found),
            (tuple(ls.HEADERS.values()), tuple(ls.told(found).values())),
            bound=lambda: choosing.bound(found),
            agreed=_MUCH if not found.on and (found.most > MOST or found.percent > PERCENT) else "",
        )


def _turned_on(ctx: Context, found: Policy) -> Reply:
    try:
        ctx.bot.cleanups.turn_on(found)
    except Refusal as refusal:
        return failure(str(refusal))
    return note(f"The policy {found.name} is on: `cleanup run {found.name}` removes what it means.")
