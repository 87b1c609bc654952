"""`docker approval ls`: what waits for consent."""

from __future__ import annotations

from commands.approval import requests
from commands.command import Command, flag
from commands.context import Context
from commands.kinds import FILTER
from commands.listing import FORMAT, filters, listed
from commands.reply import Reply, note
from commands.spec import Permission
from commands.template import Row

HEADERS = {
    "Number": "NUMBER",
    "State": "STATE",
    "Person": "PERSON",
    "Host": "HOST",
    "Line": "LINE",
    "Needs": "NEEDS",
    "Asked": "ASKED",
    "Expires": "EXPIRES",
    "Reason": "REASON",
    "Digest": "DIGEST",
}
MOST = 500  # requests that are listed
_MORE = f"There are more than these newest {MOST}: --filter state=... narrows it down."
TABLE = r"table {{.Number}}\t{{.State}}\t{{.Person}}\t{{.Asked}}\t{{.Host}}\t{{.Line}}\t{{.Needs}}"


class Ls(Command, name="approval ls", alias="approval list", permission=Permission.LISTED):
    """List the requests that wait for other people's consent.

    Those that you asked for, that you may decide, and those whose objects you may see. With `-a` those too that are
    decided already.
    """

    all: bool = flag("-a", default=False, help="Those too that are decided")
    filter: tuple[str, ...] = flag("-f", default=(), kind=FILTER, help="Only those that match: state=pending")
    format: str = flag(default="", help=f"{FORMAT} (.Number .State .Person .Line .Needs ...)")
    no_trunc: bool = flag(default=False, help="Nothing cut short")
    quiet: bool = flag("-q", default=False, help="Only the numbers")

    def problem(self) -> str | None:
        """A filter that there is not."""
        for name, values in filters(self.filter).items():
            if name != "state":
                return f"invalid filter '{name}': expected state"
            if not set(values) <= set(requests.STATES):
                return f"invalid state '{', '.join(values)}': expected one of {', '.join(requests.STATES)}"
        return None

    def run(self, ctx: Context) -> Reply:
        """The newest first."""
        asked = tuple(value for values in filters(self.filter).values() for value in values)
        states = asked or (() if self.all else requests.OPEN)
        found = ctx.bot.consents.requests(states, MOST + 1)
        rows = [requests.row(each, ctx.now, trunc=not self.no_trunc) for each in found[:MOST]]
        shown = listed([Row("*approval", each) for each in rows], self._source(), HEADERS)
        return shown + note(_MORE) if len(found) > MOST else shown

    def _source(self) -> str:
        if self.quiet:
            return "{{.Number}}"
        return TABLE if self.format in {"", "table"} else self.format
