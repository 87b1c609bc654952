"""`can-i`: what would become of a line, without sending it."""

from __future__ import annotations

from commands import line
from commands.command import Command, arg, args
from commands.context import Context, Decision
from commands.reply import Note, Reply, output
from commands.spec import Permission

_ANSWERS = {
    Decision.ALLOW: "yes",
    Decision.HOLD: "yes, once others agree",
    Decision.DENY: "no",
    Decision.UNKNOWN: "nobody can say",
}


class CanI(Command, name="can-i", permission=Permission.LISTED, interspersed=False):
    """Ask whether you may do something here, and why.

    What follows is a line as you would type it: `can-i rm -f web`. It is judged like that line, with what its names
    stand for now, and it is not run. The answer names the rule, its line in the policy file, and whom to ask.
    """

    verb: str = arg("COMMAND")
    words: tuple[str, ...] = args("[ARG...]", required=False)

    def run(self, ctx: Context) -> Reply:
        """The verdict, and what the engine says of names that nothing has."""
        verdict = ctx.bot.verdict(line.join((self.verb, *self.words)))
        told = output(f"{_ANSWERS[verdict.decision]}: {verdict.reason}\n")
        return told + Reply(tuple(Note(f"It would fail as things are: {each}") for each in verdict.missing))
