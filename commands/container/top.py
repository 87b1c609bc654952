"""docker top."""

from __future__ import annotations

from docker.errors import APIError

from commands import wire
from commands.command import Command, arg, args, flag
from commands.container.several import nameless
from commands.context import Context
from commands.enduring import again, asking
from commands.live import ENDLESS, Ending, Live
from commands.reply import Note, Reply, output
from commands.secrets import mask_text
from commands.spec import Permission
from commands.tabwriter import align
from commands.target import Target

_RESTARTS = "is restarting, wait"  # in what the engine says
_WAITS = "It restarts."
_COLUMN = 20  # characters at least, as docker prints them


class Top(Command, name="container top", alias="top", permission=Permission.SEE, interspersed=False, optional=False):
    """Show the processes that run in a container.

    What follows the container goes to ps on the engine's machine, such as -o pid,args.
    """

    container: str = arg("CONTAINER")
    refresh: bool = flag(
        default=False, help="Look again and again, until the container ends or somebody stops it; before its name"
    )
    options: tuple[str, ...] = args("[ps OPTIONS]", required=False)

    def problem(self) -> str | None:
        """Docker's refusal of an empty name."""
        return nameless([self.container])

    def targets(self) -> tuple[Target, ...]:
        """The container."""
        return (Target("container", self.container),)

    def run(self, ctx: Context) -> Reply:
        """Ask the engine, once or again and again."""
        container = ctx.id(self.targets()[0])
        text = self._look(ctx, container)
        if not (self.refresh and ctx.watched):
            return output(text)
        with ctx.live() as live:
            ended = again(live, lambda _at: self._shown(ctx, live, container))
        return Reply((Note(str(ended)),))

    def lives(self) -> bool:
        """Whether it looks again and again."""
        return self.refresh

    def _shown(self, ctx: Context, live: Live, container: str) -> str:
        """Show another look; why there are no more, as a sentence."""
        try:
            text = self._look(ctx, container, live)
        except APIError as error:
            if wire.lost(error):
                raise
            if _RESTARTS in str(wire.message(error)):
                live.say(_WAITS)
                return ""
            return f"The container ended: {wire.message(error)}."
        live.say("")
        live.show(text)
        return ""

    def _look(self, ctx: Context, container: str, ending: Ending = ENDLESS) -> str:
        """The processes as docker prints them; one that asks ps for its environment shows no secrets of it."""
        params: wire.Params = {"ps_args": " ".join(self.options)} if self.options else {}
        with asking(ctx.quick, ending) as client:
            told = wire.get(client, "/containers/{0}/top", container, params=params)
        rows = [told.get("Titles") or [], *(told.get("Processes") or [])]
        return align("".join("\t".join(mask_text(cell) for cell in row) + "\n" for row in rows), _COLUMN)
