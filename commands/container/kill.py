"""docker kill."""

from __future__ import annotations

from docker.errors import APIError

from commands import wire
from commands.command import Permission, flag
from commands.container.several import Several
from commands.context import Context, Target, each
from commands.reply import Reply


class Kill(Several, name="container kill", alias="kill", permission=Permission.ACT):
    """Send one or more running containers a signal, which ends them at once unless you name another."""

    signal: str = flag("-s", default="", help="Signal to send, by name or number, instead of KILL")

    def run(self, ctx: Context) -> Reply:
        """Send it to each."""
        return each(self.targets(), lambda target: self._kill(ctx, target))

    def _kill(self, ctx: Context, target: Target) -> None:
        params: wire.Params = {"signal": self.signal} if self.signal else {}
        try:
            wire.post(ctx.patient, "/containers/{0}/kill", ctx.id(target), params=params)
        except APIError as error:
            raise _named(error, target) from None


def _named(error: APIError, target: Target) -> APIError:
    """The error with the name of the line in it: the engine was asked by id, and a lookup does not say "kill"."""
    head, _, rest = str(error.explanation).partition(": ")
    if head == "Cannot kill container":
        rest = rest.partition(": ")[2]
    elif head != "No such container":
        return error
    else:
        rest = str(error.explanation)
    return APIError(str(error), error.response, f"Cannot kill container: {target.ref}: {rest}")
