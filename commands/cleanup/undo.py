"""`docker cleanup undo`: what a run took, back where that can be."""

from __future__ import annotations

from collections.abc import Iterable

from commands.aftermath import Fate, Past
from commands.approval.requests import DIGITS
from commands.cleanup import restoring
from commands.cleanup.restoring import Back
from commands.command import Command, arg
from commands.context import Context
from commands.intent import Intent, told
from commands.reply import Reply, Table, note
from commands.spec import Permission

NOTHING = "That run took nothing that you may see."


class Undo(Command, name="cleanup undo", permission=Permission.CHANGE, does="image pull, image tag"):
    """Take back what a run of a cleanup did, as far as that can be.

    An image that only lost names gets those back that are free; one that a registry has is pulled by its digest, and
    called as before. For everything else the answer says why it cannot be undone. NUMBER is one of `cleanup history`.
    """

    attended = True

    number: str = arg("NUMBER", choosing=True)

    def problem(self) -> str | None:
        """A number that is none."""
        if self.number.isascii() and self.number.isdigit() and len(self.number) <= DIGITS:
            return None
        return f"invalid number '{self.number}': expected one that `cleanup history` shows"

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each image is there again."""
        for meant in past.there("image"):
            is_back = past.inspect("image", meant.id) is not None
            yield meant.done("is there") if is_back else meant.undone("is not there")

    def intent(self, ctx: Context) -> Intent:
        """The images that come back."""
        taken = [each for each in ctx.bot.cleanups.taken(int(self.number)) if restoring.shown(ctx, each)]
        backs = [restoring.planned(ctx, each) for each in taken]
        if not backs:
            return told(note(NOTHING))
        table = (restoring.HEADER, *(each.row(each.told) for each in backs))
        able = [each for each in backs if not each.why]
        if not able:
            return told(Reply((Table(table),)))
        also = {
            "image pull": tuple(each.found for each in able if each.pull),
            "image tag": tuple(each.found for each in able if each.tags),
        }
        return Intent(tuple(each.found for each in able), lambda: _restored(ctx, backs), table, also=also)


def _restored(ctx: Context, backs: list[Back]) -> Reply:
    with ctx.bringing():
        return restoring.restore(ctx, backs)
