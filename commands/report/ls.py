"""`docker report ls`: which reports there are, and which come by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commands.command import Command
from commands.context import Context
from commands.reply import Reply, Table, note
from commands.report.now import Now
from commands.report.report import KINDS
from commands.schedule import ls as schedules
from commands.spec import Permission

HEADER = ("KIND", "COVERS")
NOTHING = 'No report comes by itself that you may know of. `report set weekly "0 8 * * mon"` has one come.'


class Ls(Command, name="report ls", alias="report list", permission=Permission.SEE):
    """List the kinds of reports, and those that come by themselves.

    They are the schedules whose line is a report; `schedule ls` lists them among all others.
    """

    def run(self, ctx: Context) -> Reply:
        """A row for each."""
        kinds = Table((HEADER, *((kind.name, kind.summary) for kind in KINDS.values())))
        coming = [each for each in ctx.bot.timetable.listed() if _is_report(each)]
        return Reply((kinds,)) + (schedules.table(coming, ctx.now) if coming else note(NOTHING))


def _is_report(schedule: Mapping[str, Any]) -> bool:
    """By its line, which is as it is written for people, in its canonical words."""
    words = tuple(schedule["line"].split())
    return words[: len(Now.spec.names[0])] == Now.spec.names[0]
