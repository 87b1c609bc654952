"""docker compose stop."""

from __future__ import annotations

from commands.command import flag
from commands.compose.acting import Acting
from commands.container.halting import grace, halted
from commands.container.parts import ENDING
from commands.context import Context
from commands.intent import Intent
from commands.spec import Permission


class Stop(Acting, name="compose stop", permission=Permission.ACT, filtered=True, does="container stop"):
    """Stop the containers of a project, those that others need last."""

    timeout: int | None = flag("-t", default=None, help="Seconds of grace before a container is killed")

    def intent(self, ctx: Context) -> Intent:
        """The containers that are stopped."""
        return self.act(
            ctx,
            lambda client, identity, found: halted(client, identity, "stop", found.details, grace(self.timeout)),
            ENDING,
            backwards=True,
        )
