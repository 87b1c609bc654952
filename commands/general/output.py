"""`output`: what was answered, shown again without running anything."""

from __future__ import annotations

from commands import reply
from commands.audit.actions import numbered, unnumbered
from commands.command import Command, arg, flag
from commands.context import Context
from commands.reply import Asking, Buttons, Errors, Note, Part, Printed, Reply, Table, failure, output
from commands.spec import Permission
from commands.tabwriter import align

LAST = "last"
PAGE = 100  # lines
_GONE = "Error: No answer is kept for {}: answers are kept for a day, and shown to whoever could see them."


class Output(Command, name="output", permission=Permission.LISTED):
    """Show an answer again, as it was, without running anything.

    The number stands at the end of the first line of each answer, and `audit ls` lists it; without it, it is about your
    own last line. --grep chooses lines of it, --tail its last ones, --page turns its pages of 100 lines. Answers are
    kept for a day, for those who could see them: the asker, and where the channel was answered whoever asks in there.
    """

    number: str = arg("NUMBER", default=LAST)
    page: int = flag(default=0, help="Only this page of 100 lines, from 1", shown="N")
    tail: int = flag("-n", default=0, help="Only so many of the last lines", shown="N")

    def problem(self) -> str | None:
        """A number or a page that is none."""
        if self.number.lower() != LAST and not numbered(self.number):
            return unnumbered(self.number)
        if self.page < 0 or self.tail < 0 or (self.page and self.tail):
            return "invalid value: expected either --page or --tail, and a number from 1"
        return None

    def run(self, ctx: Context) -> Reply:
        """The answer, or a part of its lines."""
        wanted = None if self.number.lower() == LAST else int(self.number)
        found = ctx.bot.output(wanted)
        if found is None:
            return failure(_GONE.format("your last line" if wanted is None else f"number {self.number}"))
        number, answer = found
        if not (self.page or self.tail):
            return Reply(tuple(part for part in answer.parts if not isinstance(part, Buttons | Asking)))
        lines = _text(answer).splitlines(keepends=True)
        if self.tail:
            return output("".join(lines[-self.tail :]))
        pages = max(1, -(-len(lines) // PAGE))
        if self.page > pages:
            return failure(f"Error: No such page: number {number} has {pages}")
        shown = "".join(lines[(self.page - 1) * PAGE : self.page * PAGE])
        return output(shown) + Reply((Note(f"Page {self.page} of {pages} of number {number}."),))


def _text(answer: Reply) -> str:
    return "".join(map(_of, answer.parts))


def _of(part: Part) -> str:
    match part:
        case reply.Output() | Errors() | Printed():
            return part.text
        case Table(rows):
            return align("".join("\t".join(row) + "\n" for row in rows))
        case _:
            return ""
