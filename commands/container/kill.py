"""docker kill."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from signal import Signals

from docker.errors import APIError

from commands import touching, wire
from commands.aftermath import Fate, Meant, Past
from commands.command import Also, flag
from commands.container import fates, parts
from commands.container.several import Several
from commands.context import Context
from commands.engine_errors import answered
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Found, Missing, Target
from commands.touching import Looked, Shares

_NUMBER = re.compile(r"[+-]?[0-9]+")
_REAL_TIME = re.compile(r"RTMIN\+([1-9]|1[0-5])|RTMAX-([1-9]|1[0-4])")


class Kill(Several, name="container kill", alias="kill", permission=Permission.ACT):
    """Send running containers a signal, which ends them at once unless you name another one."""

    signal: str = flag("-s", default="", help="Signal to send, by name or number, instead of KILL")

    def also(self, found: Mapping[Target, Found | Missing]) -> Iterable[Also]:
        """What was made with --rm is removed, with the volumes without a name."""
        return parts.of(parts.ENDING, found.values())

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each has ended; of a signal that ends nothing for sure, nothing tells."""
        surely = _kills(self.signal)
        return fates.each(past, fates.killed(surely=surely), gone=Meant.done if surely else Meant.untold)

    def shares(self, found: Looked) -> Shares:
        """It ends what runs in them, and so what lives in their namespaces."""
        return touching.ended(found.values())

    def run(self, ctx: Context) -> Reply:
        """Send it to all, side by side."""
        return self.each(lambda target: self._kill(ctx, target), ctx.beside)

    def _kill(self, ctx: Context, target: Target) -> None:
        params: wire.Params = {"signal": self.signal} if self.signal else {}
        if isinstance(ctx.found[target], Missing) and self.signal and not _is_signal(self.signal):
            raise APIError(f"Invalid signal: {self.signal}")  # the engine reads the signal before it looks
        try:
            wire.post(ctx.patient, "/containers/{0}/kill", ctx.id(target), params=params)
        except APIError as error:
            raise _named(error, target) from None


def _kills(signal: str) -> bool:
    """Whether it ends whatever gets it."""
    return signal.upper().removeprefix("SIG") in {"", "KILL", str(int(Signals.SIGKILL))}


def _is_signal(text: str) -> bool:
    """Whether the engine takes it for a signal: a number but 0, or a name of Linux with or without SIG."""
    if _NUMBER.fullmatch(text):
        return int(text) != 0
    name = text.upper().removeprefix("SIG")
    return f"SIG{name}" in Signals.__members__ or _REAL_TIME.fullmatch(name) is not None


def _named(error: APIError, target: Target) -> APIError:
    """The error with the name of the line in it: the engine was asked by id, and a lookup does not say "kill"."""
    head, _, rest = str(error.explanation).partition(": ")
    if head == "Cannot kill container":
        rest = rest.partition(": ")[2]
    elif head != "No such container":
        return error
    else:
        rest = str(error.explanation)
    return APIError(answered(error), error.response, f"Cannot kill container: {target.ref}: {rest}")
