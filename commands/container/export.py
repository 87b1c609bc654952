"""docker export."""

from __future__ import annotations

from commands import wire
from commands.archives import fetching
from commands.archives.giving import Giving
from commands.command import arg
from commands.context import Context
from commands.creation.sources import sent
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Target

_EMPTY = "invalid container name or ID: value is empty"
_FAILS = "failed to export container"


class Export(Giving, name="container export", alias="export", permission=Permission.ENTER):
    """Give all files of a container as a tar archive.

    What lies in volumes is no part of it. Everybody in the channel sees the file.
    """

    container: str = arg("CONTAINER")

    def problem(self) -> str | None:
        """Docker's refusal of an empty name."""
        return None if self.container else _EMPTY

    def targets(self) -> tuple[Target, ...]:
        """The container."""
        return (Target("container", self.container),)

    def run(self, ctx: Context) -> Reply:
        """Ask the engine for it."""
        container, client = sent(ctx, self.targets()[0]), ctx.patient
        return self.given(
            ctx,
            lambda: wire.stream(client, "/containers/{0}/export", container, params={}, timeout=fetching.SILENCE),
            f"{self.container}.tar",
            lambda _draft: None,
            _FAILS,
        )
