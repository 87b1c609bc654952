"""docker rm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from docker.errors import NotFound

from commands import mounted, touching, vanished, wire
from commands.aftermath import Fate, Past, untold
from commands.attempts import Refusal, Remark, each
from commands.command import Also, Command, args, flag
from commands.container import parts
from commands.container.several import LOOK
from commands.context import Context
from commands.engine_errors import daemon
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Found, Missing, Target
from commands.touching import Looked, Shares

_LINK = "a link leaves nothing that could be looked at"
_NAMELESS = "container name cannot be empty"


class Rm(Command, name="container rm", alias="container remove, rm", permission=Permission.CHANGE):
    """Remove one or more containers, with their logs and whatever they wrote outside of volumes.

    One that runs is only removed with --force, which kills it.
    """

    containers: tuple[str, ...] = args("CONTAINER")
    force: bool = flag("-f", default=False, help="Kill and remove what runs")
    link: bool = flag("-l", default=False, help="Remove only the link of this name")
    volumes: bool = flag("-v", default=False, help="Remove the volumes without a name that belong to it, too")

    def targets(self) -> tuple[Target, ...]:
        """The containers that have a name."""
        return tuple(Target("container", ref) for ref in self._refs() if ref)

    def also(self, found: Mapping[Target, Found | Missing]) -> Iterable[Also]:
        """It kills what runs, and removes the volumes without a name."""
        yield from parts.of(parts.FORCING, found.values()) if self.force else ()
        there = (each for each in found.values() if isinstance(each, Found)) if self.volumes else ()
        going = (volume.target for each in there for volume in mounted.belonging(each))
        yield Also("volume rm", tuple(going), part=True)

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each is gone; of a link nothing tells."""
        return untold(_LINK) if self.link else vanished.each(past, "container")

    def shares(self, found: Looked) -> Shares:
        """As kill does."""
        return touching.ended(found.values()) if self.force else ()

    def run(self, ctx: Context) -> Reply:
        """Remove all, side by side; with --force one that is not there is only told of."""
        params: wire.Params = {name: 1 for name, on in self._params().items() if on}
        targets = [Target("container", ref) for ref in self._refs()]
        return each(targets, lambda target: self._remove(ctx, target, params), LOOK, ctx.beside)

    def _remove(self, ctx: Context, target: Target, params: wire.Params) -> None:
        if not target.ref:
            raise Refusal(_NAMELESS)
        try:
            wire.remove(ctx.patient, "/containers/{0}", ctx.id(target), params=params)
        except NotFound as error:
            if not self.force:
                raise
            raise Remark(daemon(error)) from None

    def _refs(self) -> list[str]:
        return [ref.strip("/") for ref in self.containers]

    def _params(self) -> dict[str, bool]:
        return {"v": self.volumes, "link": self.link, "force": self.force}
