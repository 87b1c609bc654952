"""docker compose up."""

from __future__ import annotations

from commands.attempts import Refusal
from commands.command import args, flag
from commands.compose.project import FOLDER, OnProject
from commands.context import Context
from commands.reply import Reply, failure
from commands.spec import Permission

_WHERE = (
    "compose up reads the compose file, which is not here. Run it where that lies{}: `docker compose {}up -d`."
    " What is made already can be started from here: `compose start{}`."
)


class Up(OnProject, name="compose up", permission=Permission.SEE, filtered=True):
    """Say where a project is brought up: its compose file is not here.

    What is made already can be started from here with compose start.
    """

    services: tuple[str, ...] = args("SERVICE", required=False)
    build: bool = flag(default=False, help="Not possible here: it is done where the compose file lies")
    detach: bool = flag("-d", default=False, help="Not possible here: it is done where the compose file lies")

    def run(self, ctx: Context) -> Reply:
        """Where the project was made, as its labels tell it."""
        try:
            first = self.members(ctx, ())[0]
        except Refusal:
            return failure(_WHERE.format("", "", ""))
        folder = first.labels.get(FOLDER)
        where = f", in {folder} on the machine where it was made" if folder else ""
        return failure(_WHERE.format(where, f"-p {first.project} ", f" -p {first.project}"))
