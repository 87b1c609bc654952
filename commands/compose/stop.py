"""docker compose stop."""

from __future__ import annotations

from collections.abc import Iterable

from commands.aftermath import Fate, Meant, Past
from commands.command import flag
from commands.compose.acting import Acting
from commands.container import fates
from commands.container.halting import grace, halted, patience
from commands.container.parts import ENDING
from commands.context import Context
from commands.intent import Intent
from commands.spec import Permission


class Stop(Acting, name="compose stop", permission=Permission.ACT, filtered=True, does="container stop"):
    """Stop the containers of a project, those that others need last."""

    timeout: int | None = flag("-t", default=None, help="Seconds of grace before a container is killed")

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each runs no more."""
        return fates.each(past, fates.stopped(lambda details: patience(details, self.timeout)), gone=Meant.done)

    def intent(self, ctx: Context) -> Intent:
        """The containers that are stopped."""
        return self.act(
            ctx,
            lambda client, identity, found: halted(client, identity, "stop", found.details, grace(self.timeout)),
            ENDING,
            backwards=True,
            ends=True,
        )
