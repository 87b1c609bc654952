"""`docker audit verify`: whether anybody altered the record."""

from __future__ import annotations

from commands.command import Command, flag
from commands.context import Context
from commands.reply import Reply, failure, lines
from commands.spec import Permission


class Verify(Command, name="audit verify", permission=Permission.SEE):
    """Check that nothing in the record was altered, removed, inserted or reordered.

    Every event holds a hash over itself and all before it, made with a key that is not in the record. The newest one is
    published from time to time, in the log and in the channel of SLASHDOCK_AUDIT_CHANNEL: with --head you say which one
    you saw there, and it is found out as well if the record was cut short or begun anew since.
    """

    head: tuple[str, ...] = flag(default=(), help="A head that was published, as EVENT:HASH")

    def run(self, ctx: Context) -> Reply:
        """Walk the whole chain."""
        ctx.progress("Every event of the record is looked at…")
        found = ctx.bot.verified(self.head)
        if found["wrong"]:
            return failure(f"Error: the record is not whole: {found['wrong']}")
        heads = f"{found['heads']} published heads" if found["heads"] != 1 else "1 published head"
        return lines([f"The record is whole: {found['events']} events, and {heads} in their places.",
                      f"Its head is {found['head']}."])  # fmt: skip
