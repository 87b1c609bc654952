"""`docker maintenance ls`: which hosts somebody works on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commands.audit.actions import flat
from commands.command import Command, flag
from commands.context import Context
from commands.listing import FORMAT, listed
from commands.reply import Moment, Reply, note
from commands.spec import Permission
from commands.template import Row
from commands.units import ago

HEADERS = {"Host": "HOST", "Person": "PERSON", "Since": "SINCE", "Reason": "REASON", "Number": "NUMBER"}
TABLE = r"table {{.Host}}\t{{.Person}}\t{{.Since}}\t{{.Reason}}\t{{.Number}}"


class Ls(Command, name="maintenance ls", alias="maintenance list", permission=Permission.SEE):
    """List the hosts that somebody works on, and until when."""

    format: str = flag(default="", help=f"{FORMAT} (.Host .Person .Since .Reason .Number)")

    def run(self, ctx: Context) -> Reply:
        """Those that last, through the template."""
        windows = ctx.bot.upkeep.windows()
        if not windows:
            return note("No host is maintained now.")
        source = TABLE if self.format in {"", "table"} else self.format
        reply = listed([_row(each, ctx.now) for each in windows], source, HEADERS)
        shown = windows if source == TABLE else []
        return reply + Reply(tuple(Moment(f"{each['host']} is maintained until", each["until"]) for each in shown))


def _row(window: Mapping[str, Any], now: float) -> Row:
    facts = {"Since": ago(max(0.0, now - window["since"])), "Reason": flat(window["reason"])}
    names = {"Host": window["host"], "Person": window["person"], "Number": str(window["number"])}
    return Row("*formatter.WindowContext", names | facts)
