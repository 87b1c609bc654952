"""docker attach."""

from __future__ import annotations

from collections.abc import Iterable

from commands import touching
from commands.aftermath import Fate, Past
from commands.command import Command, arg, flag
from commands.container.several import nameless
from commands.context import Context
from commands.reply import Reply, failure
from commands.spec import Permission
from commands.target import Target
from commands.touching import Looked, Shares

_RESTS = "You cannot attach to a stopped container, start it first"
_PAUSED = "You cannot attach to a paused container, unpause it first"
_RESTARTS = "You cannot attach to a restarting container, wait until it is running"
_NO_SESSION = (
    "A chat has no terminal to attach. `logs {0} --tail 50` shows what it printed, `exec {0} COMMAND` runs something"
    " in it."
)


class Attach(Command, name="container attach", alias="attach", permission=Permission.ENTER):
    """Say how to get at a running container from here.

    A chat has no terminal that could be attached: its log shows what it prints, exec runs something in it.
    """

    container: str = arg("CONTAINER")
    detach_keys: str = flag(default="", help="Accepted and without effect, as nobody is attached")
    no_stdin: bool = flag(default=False, help="Accepted and without effect, as nothing is typed into it")
    sig_proxy: bool = flag(default=True, shown="true", help="Accepted and without effect: a chat sends no signals")

    def problem(self) -> str | None:
        """Docker's refusal of an empty name."""
        return nameless([self.container])

    def targets(self) -> tuple[Target, ...]:
        """The container."""
        return (Target("container", self.container),)

    def became(self, past: Past) -> Iterable[Fate]:
        """Nothing: it attaches nothing."""
        return [meant.undone("was attached to by nobody: a chat has no terminal") for meant in past.there("container")]

    def shares(self, found: Looked) -> Shares:
        """It gets into its namespaces."""
        return touching.entered(found.values())

    def run(self, ctx: Context) -> Reply:
        """Docker's error where nothing could be attached to, else what to do instead."""
        state = ctx.look(self.targets()[0]).details.get("State") or {}
        for wrong, why in ((not state.get("Running"), _RESTS), (state.get("Paused"), _PAUSED)):
            if wrong:
                return failure(why)
        if state.get("Restarting"):
            return failure(_RESTARTS)
        return failure(_NO_SESSION.format(self.container))
