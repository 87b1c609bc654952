"""docker compose restart."""

from __future__ import annotations

from collections.abc import Iterable

from commands.aftermath import Fate, Past
from commands.command import flag
from commands.compose.acting import Acting
from commands.container import fates
from commands.container.halting import grace, halted, patience
from commands.container.parts import RESTARTING
from commands.context import Context
from commands.intent import Intent
from commands.spec import Permission


class Restart(Acting, name="compose restart", permission=Permission.ACT, filtered=True, does="container restart"):
    """Restart the containers of a project, those that others need first."""

    no_deps: bool = flag(default=False, help="Accepted and without effect: only what is named is restarted")
    timeout: int | None = flag("-t", default=None, help="Seconds of grace before a container is killed")

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each was started since."""
        return fates.each(past, fates.restarted(lambda details: patience(details, self.timeout)))

    def intent(self, ctx: Context) -> Intent:
        """The containers that are restarted."""
        return self.act(
            ctx,
            lambda client, identity, found: halted(client, identity, "restart", found.details, grace(self.timeout)),
            RESTARTING,
            ends=True,
        )
