"""`docker approval reject`: refuse what somebody else asked for."""

from __future__ import annotations

from commands.approval import requests
from commands.command import Command, arg
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission


class Reject(Command, name="approval reject", permission=Permission.LISTED, decides=True):
    """Refuse what somebody else asked for: nothing of it is done, whoever else agrees."""

    number: str = arg("NUMBER")

    def problem(self) -> str | None:
        """A number that is none."""
        return requests.number_problem(self.number)

    def run(self, ctx: Context) -> Reply:
        """Refuse it."""
        return ctx.bot.reject(int(self.number), self.reason or ctx.given.get("reason", ""))
