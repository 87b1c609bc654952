"""docker volume rm."""

from __future__ import annotations

from collections.abc import Iterable

from docker.errors import NotFound

from commands import vanished, wire
from commands.aftermath import Fate, Past
from commands.attempts import Refusal, each
from commands.command import Command, args, flag
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Target

_NAMELESS = "invalid volume name or ID: value is empty"
_LOOK = "docker volume ls"


class Rm(Command, name="volume rm", alias="volume remove", permission=Permission.CHANGE):
    """Remove one or more volumes that no container uses, with everything in them.

    What is removed so cannot be brought back.
    """

    volumes: tuple[str, ...] = args("VOLUME")
    force: bool = flag("-f", default=False, help="Take a volume that is not there for removed")

    def targets(self) -> tuple[Target, ...]:
        """The volumes that have a name."""
        return tuple(Target("volume", ref) for ref in self.volumes if ref.strip())

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each is gone."""
        return vanished.each(past, "volume")

    def run(self, ctx: Context) -> Reply:
        """Remove one after the other."""
        return each([Target("volume", ref) for ref in self.volumes], lambda target: self._remove(ctx, target), _LOOK)

    def _remove(self, ctx: Context, target: Target) -> None:
        if not target.ref.strip():
            raise Refusal(_NAMELESS)
        try:
            volume = ctx.id(target)
        except NotFound:
            if self.force:
                return
            raise
        wire.remove(ctx.patient, "/volumes/{0}", volume, params={"force": 1} if self.force else {})
