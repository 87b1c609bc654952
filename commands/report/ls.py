"""`docker report ls`: which reports there are."""

from __future__ import annotations

from commands.command import Command
from commands.context import Context
from commands.reply import Reply, Table
from commands.report.report import KINDS
from commands.spec import Permission

HEADER = ("KIND", "COVERS")


class Ls(Command, name="report ls", alias="report list", permission=Permission.SEE):
    """List the kinds of reports."""

    def run(self, ctx: Context) -> Reply:
        """A row for each."""
        del ctx
        rows = tuple((kind.name, kind.summary) for kind in KINDS.values())
        return Reply((Table((HEADER, *rows)),))
