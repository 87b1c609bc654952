"""`docker stream let`: let somebody type in a session."""

from __future__ import annotations

from commands.command import arg
from commands.context import Context
from commands.reply import Reply, note
from commands.spec import Permission
from commands.stream.one import One


class Let(One, name="stream let", permission=Permission.LISTED):
    """Let somebody type in a session of yours: one who may run its line themselves.

    Everybody can watch it where it is public; who is let in is named as the policy names them, or mentioned.
    """

    person: str = arg("PERSON")

    def run(self, ctx: Context) -> Reply:
        """Let them in."""
        return note(ctx.bot.streams.let(int(self.number), self.person))
