"""docker volume inspect."""

from __future__ import annotations

from commands import inspecting
from commands.command import Command, args, flag
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Target


class Inspect(Command, name="volume inspect", permission=Permission.SEE):
    """Show everything that the engine knows of one or more volumes.

    Values that look like secrets are hidden in place.
    """

    volumes: tuple[str, ...] = args("VOLUME")
    format: str = flag("-f", default="", help="Show it as one line of 'json', or by a Go template")

    def targets(self) -> tuple[Target, ...]:
        """The volumes of the line."""
        return tuple(Target("volume", ref) for ref in self.volumes)

    def unlooked(self, sentence: str) -> Reply:
        """Nothing to show, and the sentence for each."""
        return inspecting.unanswered(self.targets(), self.format, sentence)

    def run(self, ctx: Context) -> Reply:
        """Show each."""
        return inspecting.inspect(ctx, self.targets(), self.format, raw=False)
