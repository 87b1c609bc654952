"""`docker stream ls`: which lines live on."""

from __future__ import annotations

from commands.command import Command, flag
from commands.context import Context
from commands.listing import FORMAT, listed
from commands.reply import Reply
from commands.spec import Permission
from commands.template import Row
from commands.units import ago

HEADERS = {"Number": "NUMBER", "Person": "PERSON", "Host": "HOST", "Line": "LINE", "Since": "SINCE", "State": "STATE"}
TABLE = r"table {{.Number}}\t{{.Person}}\t{{.Host}}\t{{.Since}}\t{{.State}}\t{{.Line}}"


class Ls(Command, name="stream ls", alias="stream list", permission=Permission.LISTED):
    """List the lines that live on: your own, and those of others on hosts where nothing is hidden from you.

    What follows a log or shows figures is such a line, until it ends or somebody stops it.
    """

    format: str = flag(default="", help=f"{FORMAT} (.Number .Person .Host .Line .Since .State)")
    quiet: bool = flag("-q", default=False, help="Only the numbers")

    def run(self, ctx: Context) -> Reply:
        """The streams through the template."""
        source = "{{.Number}}" if self.quiet else TABLE if self.format in {"", "table"} else self.format
        rows = ({**each, "since": ago(ctx.now - each["since"])} for each in ctx.bot.streams.listed())
        named = ({name.capitalize(): str(value) for name, value in row.items()} for row in rows)
        return listed([Row("*formatter.StreamContext", each) for each in named], source, HEADERS)
