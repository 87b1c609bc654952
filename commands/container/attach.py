"""docker attach."""

from __future__ import annotations

from collections.abc import Iterable

from commands import touching
from commands.aftermath import Fate, Past
from commands.attempts import Refusal
from commands.command import Command, arg, flag
from commands.container.entered import NO_KEYS
from commands.container.joined import Joined
from commands.container.several import nameless
from commands.context import Context
from commands.creation import attaching
from commands.reply import Reply, failure, note
from commands.spec import Permission
from commands.target import Found, Target
from commands.touching import Looked, Shares

_RESTS = "You cannot attach to a stopped container, start it first"
_PAUSED = "You cannot attach to a paused container, unpause it first"
_RESTARTS = "You cannot attach to a restarting container, wait until it is running"


class Attach(Command, name="container attach", alias="attach", permission=Permission.ENTER):
    """See what a running container prints and type into it, in a thread.

    It is a session: it ends with the container, or when somebody ends it, and then the container goes on.
    """

    container: str = arg("CONTAINER")
    detach_keys: str = flag(default="", help="Accepted and without effect: a button leaves it")
    no_stdin: bool = flag(default=False, help="Type nothing into it")
    sig_proxy: bool = flag(default=True, shown="true", help="Accepted and without effect: ^C is passed on to it")

    def problem(self) -> str | None:
        """Docker's refusal of an empty name."""
        return nameless([self.container])

    def targets(self) -> tuple[Target, ...]:
        """The container."""
        return (Target("container", self.container),)

    def lives(self) -> bool:
        """Whether it goes on until somebody ends it."""
        return True

    def became(self, past: Past) -> Iterable[Fate]:
        """Nothing but what was typed into it, which nobody knows."""
        return [meant.untold("may have been typed into") for meant in past.there("container")]

    def shares(self, found: Looked) -> Shares:
        """It gets into its namespaces."""
        return touching.entered(found.values())

    def run(self, ctx: Context) -> Reply:
        """Docker's error where nothing can be attached to, else how the session ended."""
        found = ctx.look(self.targets()[0])
        state = found.details.get("State") or {}
        for wrong, why in ((not state.get("Running"), _RESTS), (state.get("Paused"), _PAUSED)):
            if wrong:
                return failure(why)
        if state.get("Restarting"):
            return failure(_RESTARTS)
        try:
            reply = self._attached(ctx, found)
        except Refusal as error:
            return failure(str(error))
        return reply + note(NO_KEYS) if self.detach_keys else reply

    def _attached(self, ctx: Context, found: Found) -> Reply:
        config = found.details.get("Config") or {}
        tty, hears = bool(config.get("Tty")), bool(config.get("OpenStdin")) and not self.no_stdin
        streams = (*(("stdin",) if hears else ()), "stdout", "stderr")
        removed = bool((found.details.get("HostConfig") or {}).get("AutoRemove"))
        with (
            ctx.session() as session,
            attaching.attached(ctx.patient, found.id, streams, tty=tty, removed=removed, seconds=0) as attached,
        ):
            joined = Joined(ctx.patient, found.id, self.container, tty, hears, dies=False)
            return joined.hold(ctx, session, attached)
