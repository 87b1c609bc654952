"""What the verbs share by which a person says something about one request."""

from __future__ import annotations

from commands.approval import requests
from commands.command import Command, arg
from commands.context import Context
from commands.intent import Intent


class Deciding(Command):
    """A word about a request, which is the verb's last."""

    number: str = arg("NUMBER")

    def problem(self) -> str | None:
        """A number that is none."""
        return requests.number_problem(self.number)

    def intent(self, ctx: Context) -> Intent:
        """The word, where it is the asker's to say; raises Refusal."""
        ctx.bot.consents.check(self.spec.name.split()[-1], int(self.number))
        return super().intent(ctx)
