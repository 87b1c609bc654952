"""docker top."""

from __future__ import annotations

from commands import wire
from commands.command import Command, arg, args
from commands.container.several import nameless
from commands.context import Context
from commands.reply import Reply, output
from commands.secrets import mask_text
from commands.spec import Permission
from commands.tabwriter import align
from commands.target import Target

_COLUMN = 20  # characters at least, as docker prints them


class Top(Command, name="container top", alias="top", permission=Permission.SEE, interspersed=False):
    """Show the processes that run in a container.

    What follows the container goes to ps on the engine's machine, such as -o pid,args.
    """

    container: str = arg("CONTAINER")
    options: tuple[str, ...] = args("[ps OPTIONS]", required=False)

    def problem(self) -> str | None:
        """Docker's refusal of an empty name."""
        return nameless([self.container])

    def targets(self) -> tuple[Target, ...]:
        """The container."""
        return (Target("container", self.container),)

    def run(self, ctx: Context) -> Reply:
        """Ask the engine; a process that asks ps for its environment shows no secrets of it."""
        params: wire.Params = {"ps_args": " ".join(self.options)} if self.options else {}
        told = wire.get(ctx.docker, "/containers/{0}/top", ctx.id(self.targets()[0]), params=params)
        rows = [told.get("Titles") or [], *(told.get("Processes") or [])]
        text = "".join("\t".join(mask_text(cell) for cell in row) + "\n" for row in rows)
        return output(align(text, _COLUMN))
