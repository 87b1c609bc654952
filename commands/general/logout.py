"""docker logout."""

from __future__ import annotations

from collections.abc import Iterable

from commands import credentials
from commands.aftermath import Fate, Past, untold
from commands.command import Command, arg
from commands.context import Context
from commands.credentials import INDEX
from commands.reply import Reply, note, output
from commands.spec import Permission

_NONE = "Nobody was logged in there through this bot, so nothing was forgotten."


class Logout(Command, name="logout", permission=Permission.READ, decides=True):
    """Log out from a registry.

    Without a server it is Docker Hub. The login that all who use slashdock share is forgotten; one in a file that the
    settings name stays.
    """

    server: str = arg("SERVER", default="")

    def became(self, past: Past) -> Iterable[Fate]:
        """What is kept of logins is not the engine's to show."""
        del past
        return untold(credentials.UNTOLD)

    def run(self, ctx: Context) -> Reply:
        """Forget the login; docker says the same whether there was one or not."""
        shown = credentials.hostname(self.server) if self.server else INDEX
        told = output(f"Removing login credentials for {shown}\n")
        return told if ctx.credentials.forget(credentials.server(self.server)) else told + note(_NONE)
