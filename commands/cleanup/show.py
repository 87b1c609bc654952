"""`docker cleanup show`: what one cleanup takes."""

from __future__ import annotations

from commands.cleanup.ls import told
from commands.command import Command, arg
from commands.context import Context
from commands.reply import Note, Output, Reply
from commands.spec import Permission

WORDS = {
    "Name": "Name",
    "State": "State",
    "What": "Takes",
    "Age": "Age",
    "Keeps": "Keeps",
    "Most": "A run takes",
    "Disk": "Disk",
    "Hosts": "Hosts",
}
DRY = "It is dry: its runs only show what they would remove. `cleanup on {}` turns it on."


class Show(Command, name="cleanup show", permission=Permission.SEE):
    """Show what a cleanup policy takes and keeps."""

    policy: str = arg("NAME", choosing=True)

    def run(self, ctx: Context) -> Reply:
        """A line for each thing that it says."""
        found = ctx.bot.cleanups.policy(self.policy)
        facts = told(found)
        text = "".join(f"{f'{word}:':13}{facts[name] or 'nothing beside'}\n" for name, word in WORDS.items())
        return Reply((Output(text), *(() if found.on else (Note(DRY.format(found.name)),))))
