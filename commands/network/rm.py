"""docker network rm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from docker.errors import NotFound

from commands import vanished, wire
from commands.aftermath import Fate, Past
from commands.attempts import Refusal, Remark, each
from commands.command import Command, args, flag
from commands.context import Context
from commands.engine_errors import named
from commands.reply import Errors, Reply
from commands.spec import Permission
from commands.target import Target

_NAMELESS = "invalid network name or ID: value is empty"
_LOOK = "docker network ls"
_ENDED = "exit status 1"  # what docker prints below the reasons


class Rm(Command, name="network rm", alias="network remove", permission=Permission.CHANGE, optional=False):
    """Remove one or more networks that no container is on."""

    networks: tuple[str, ...] = args("NETWORK")
    force: bool = flag("-f", default=False, help="Say nothing of networks that are not there")

    def targets(self) -> tuple[Target, ...]:
        """The networks that have a name."""
        return tuple(Target("network", ref) for ref in self.networks if ref.strip())

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each is gone."""
        return vanished.each(past, "network")

    def run(self, ctx: Context) -> Reply:
        """Remove one after the other."""
        reply = each([Target("network", ref) for ref in self.networks], lambda target: self._remove(ctx, target), _LOOK)
        ended = (Errors(f"{_ENDED}\n"),) if reply.failed and not reply.unknown else ()
        return replace(reply, parts=(*reply.parts, *ended))

    def _remove(self, ctx: Context, target: Target) -> None:
        if not target.ref.strip():
            raise Refusal(_NAMELESS)
        try:
            _removed(ctx, target)
        except NotFound:
            if not self.force:
                raise
            raise Remark from None


def _removed(ctx: Context, target: Target) -> None:
    identity = ctx.id(target)
    try:
        wire.remove(ctx.patient, "/networks/{0}", identity)
    except NotFound as error:
        raise named(error, identity, target.ref) from None
