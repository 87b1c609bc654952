"""`docker role request`: ask for a role for a limited time."""

from __future__ import annotations

import re

from commands.command import Command, arg, flag
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission

HOUR = 3600.0
_SECONDS = {"s": 1.0, "m": 60.0, "h": HOUR, "d": 24 * HOUR}
_DURATION = re.compile(r"(\d{1,6})([smhd])")


class Request(Command, name="role request", permission=Permission.LISTED, decides=True):
    """Ask for a role for a limited time, instead of for one act.

    Others have to agree, as the policy says for that role. It ends by itself; `role revoke` ends it sooner.
    """

    role: str = arg("ROLE")
    for_: str = flag(default="1h", help="For how long, as 30m, 2h or 1d", shown="1h", label="duration")

    def problem(self) -> str | None:
        """A length of time that is none."""
        found = _DURATION.fullmatch(self.for_)
        good = found is not None and int(found[1]) > 0
        return None if good else f"invalid duration '{self.for_}' for --for: expected 30m, 2h or 1d"

    def elevates(self) -> tuple[str, float]:
        """The role, and the seconds."""
        found = _DURATION.fullmatch(self.for_)
        assert found is not None  # noqa: S101 - problem() has seen to it
        return self.role, int(found[1]) * _SECONDS[found[2]]

    def run(self, ctx: Context) -> Reply:
        """Give it, as others have agreed."""
        return ctx.bot.consents.grant(*self.elevates())
