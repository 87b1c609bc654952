"""docker compose start."""

from __future__ import annotations

from collections.abc import Iterable

from commands import wire
from commands.aftermath import Fate, Past
from commands.command import flag
from commands.compose.acting import Acting
from commands.container import fates
from commands.context import Context
from commands.intent import Intent
from commands.spec import Permission


class Start(Acting, name="compose start", permission=Permission.ACT, filtered=True, does="container start"):
    """Start the containers of a project, those that others need first."""

    wait: bool = flag(default=False, help="Accepted and without effect: compose ps shows what runs")
    wait_timeout: int = flag(default=0, help="Accepted and without effect")

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each was started."""
        return fates.each(past, fates.started)

    def intent(self, ctx: Context) -> Intent:
        """The containers that are started; one that runs already counts as done."""
        return self.act(
            ctx, lambda client, identity, _: wire.post(client, "/containers/{0}/start", identity, params={}), {}
        )
