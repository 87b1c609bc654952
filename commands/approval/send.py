"""`docker approval send`: show a request in another place."""

from __future__ import annotations

from commands.approval import requests
from commands.command import Command, arg
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission


class Send(Command, name="approval send", permission=Permission.LISTED, decides=True):
    """Show a request in another channel, or to a person directly.

    A channel by its id or as #name typed in Slack, a person as @name or by their name in the policy. Who may decide
    stays as it is.
    """

    number: str = arg("NUMBER")
    to: str = arg("CHANNEL|PERSON")

    def problem(self) -> str | None:
        """A number that is none."""
        return requests.number_problem(self.number)

    def run(self, ctx: Context) -> Reply:
        """Have it shown there."""
        return ctx.bot.consents.hand_over(int(self.number), self.to)
