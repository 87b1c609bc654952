"""`docker approval show`: one request that waits for consent."""

from __future__ import annotations

from commands.approval import requests
from commands.command import Command, arg
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission


class Show(Command, name="approval show", permission=Permission.LISTED):
    """Show all of a request: what exactly would be done, what depends on it, and who said what of it.

    By its digest one can tell a real request from a message that only looks like one.
    """

    number: str = arg("NUMBER")

    def problem(self) -> str | None:
        """A number that is none."""
        return requests.number_problem(self.number)

    def run(self, ctx: Context) -> Reply:
        """The whole of it."""
        return Reply(tuple(requests.told(ctx.bot.consents.request(int(self.number)), ctx.now)))
