"""`docker stream key`: press a key in a session."""

from __future__ import annotations

from commands.command import arg
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission
from commands.stream.one import One


class Key(One, name="stream key", permission=Permission.LISTED):
    """Press a key in a session: one that a line of text has not.

    That is ^A to ^Z, enter, esc, tab, backspace, up, down, left, right, home, end, pageup, pagedown, or quit.
    """

    key: str = arg("KEY")

    def run(self, ctx: Context) -> Reply:
        """Press it; what comes of it is seen in the session."""
        ctx.bot.streams.press(int(self.number), self.key)
        return Reply(quiet=True)
