"""`docker approval cancel`: take back what one asked for."""

from __future__ import annotations

from commands.approval import requests
from commands.command import Command, arg
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission


class Cancel(Command, name="approval cancel", alias="approval withdraw", permission=Permission.LISTED, decides=True):
    """Take back what you asked for, as long as it has not begun."""

    number: str = arg("NUMBER")

    def problem(self) -> str | None:
        """A number that is none."""
        return requests.number_problem(self.number)

    def run(self, ctx: Context) -> Reply:
        """Take it back."""
        return ctx.bot.cancel(int(self.number))
