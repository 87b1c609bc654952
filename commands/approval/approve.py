"""`docker approval approve`: agree to what somebody else asked for."""

from __future__ import annotations

from typing import Any

from commands.approval.deciding import Deciding
from commands.command import Risk, flag
from commands.context import Context
from commands.intent import Intent
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Found, Target


class Approve(Deciding, name="approval approve", permission=Permission.LISTED, decides=True):
    """Agree to what somebody else asked for.

    One agrees to exactly what was shown: its digest goes with the word. Without `--digest` it is shown first. Whoever
    asked cannot agree, and nobody counts twice.
    """

    digest: str = flag(default="", help="The digest of what you agree to, as `approval show` tells it")

    def risk(self) -> Risk | None:
        """What is agreed to is shown first, unless the line names it."""
        return Risk("Do you agree to this? [y/N]", "", forced=bool(self.digest))

    def intent(self, ctx: Context) -> Intent:
        """The request with its digest, and the word about it."""
        super().intent(ctx)
        held = ctx.bot.consents.request(int(self.number))
        digest = self.digest or str(held["digest"])
        about = Found(Target("approval", self.number), "approval", digest, self.number, {}, {})
        return Intent((about,), lambda: self._agreed(ctx, digest), _table(held), f"{held['plan']}{_ASKED}")

    def _agreed(self, ctx: Context, digest: str) -> Reply:
        return ctx.bot.consents.approve(int(self.number), digest, self.reason)


_ASKED = "Do you agree to this? [y/N]"


def _table(held: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    return ("NUMBER", "PERSON", "DIGEST"), (str(held["number"]), str(held["person"]), str(held["digest"]))
