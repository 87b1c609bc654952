"""`docker role ls`: what each role allows, and who has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commands.command import Command, flag
from commands.context import Context
from commands.listing import FORMAT, listed
from commands.reply import Reply, note
from commands.spec import Permission
from commands.template import Row

HEADERS = {
    "Role": "ROLE",
    "Verbs": "ALLOWS",
    "On": "ON",
    "Where": "WHERE",
    "Once": "ONCE",
    "Line": "LINE",
    "People": "WHO",
}
TABLE = r"table {{.Role}}\t{{.Verbs}}\t{{.On}}\t{{.Where}}\t{{.Once}}\t{{.Line}}\t{{.People}}"
NOTHING = "You have no role."


class Ls(Command, name="role ls", alias="role list", permission=Permission.LISTED):
    """List the roles of the policy: what each allows, and who has it.

    A line for each rule, with its line in the policy file; all that one role's rules allow adds up. Whoever may look at
    the whole host sees every role, everybody else their own.
    """

    format: str = flag(default="", help=f"{FORMAT} (.Role .Verbs .On .Where .Once .Line .People)")
    quiet: bool = flag("-q", default=False, help="Only the names")

    def run(self, ctx: Context) -> Reply:
        """The rules through the template."""
        rules = ctx.bot.roles()
        if self.quiet:
            return listed(
                [_row(rule) for rule in {each["role"]: each for each in rules}.values()], "{{.Role}}", HEADERS
            )
        if not rules:
            return note(NOTHING)
        return listed([_row(rule) for rule in rules], TABLE if self.format in {"", "table"} else self.format, HEADERS)


def _row(rule: Mapping[str, Any]) -> Row:
    methods = {
        "Role": rule["role"],
        "Verbs": ", ".join(rule["verbs"]) or "nothing",
        "On": ", ".join(rule["on"]),
        "Where": rule["where"] or "everywhere",
        "Once": rule["once"],
        "Line": str(rule["line"] or ""),
        "People": ", ".join(rule["people"]),
    }
    return Row("*formatter.RoleContext", methods)
