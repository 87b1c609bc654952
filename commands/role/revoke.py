"""`docker role revoke`: end a role that somebody has for a limited time."""

from __future__ import annotations

from commands.approval import requests
from commands.command import Command, arg
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission


class Revoke(Command, name="role revoke", permission=Permission.LISTED, decides=True):
    """End a role that was given for a limited time: your own, or one that you might have refused."""

    number: str = arg("NUMBER")

    def problem(self) -> str | None:
        """A number that is none."""
        return requests.number_problem(self.number)

    def run(self, ctx: Context) -> Reply:
        """End it."""
        return ctx.bot.consents.revoke(int(self.number))
