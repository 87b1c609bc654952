"""`docker audit ls`: what was asked of the bot, and what came of it."""

from __future__ import annotations

import shlex

from commands.audit.actions import numbered, row, unnumbered
from commands.audit.filtering import Filtered
from commands.command import flag
from commands.context import Context
from commands.listing import FORMAT, listed
from commands.reply import Button, Buttons, Reply
from commands.spec import Permission

LAST = 20  # actions, where the line does not say how many
MOST = 1000  # actions; with a filter the rest can be asked for
HEADERS = {
    "Number": "NUMBER",
    "Time": "TIME",
    "When": "WHEN",
    "Person": "PERSON",
    "Actor": "ACTOR",
    "Origin": "ORIGIN",
    "Channel": "CHANNEL",
    "Host": "HOST",
    "Line": "LINE",
    "Verb": "VERB",
    "Permission": "PERMISSION",
    "Targets": "TARGETS",
    "Verdict": "VERDICT",
    "Reason": "REASON",
    "Status": "STATUS",
    "Error": "ERROR",
    "ExitCode": "EXIT CODE",
    "Duration": "DURATION",
}
TABLE = r"table {{.Number}}\t{{.When}}\t{{.Person}}\t{{.Host}}\t{{.Status}}\t{{.Line}}\t{{.Error}}"


class Ls(Filtered, name="audit ls", alias="audit list", permission=Permission.SEE):
    """List what was asked of slashdock and what came of it.

    The newest comes first; --before turns to the page after a number. The status is done, failed, denied, usage, held,
    cancelled, expired, superseded or unknown; received and running mean that it has not ended. since and until take
    what `logs --since` takes: 2h, 2026-01-31 or a full time. text finds words that were said: in lines, reasons and
    errors.
    """

    before: str = flag(default="", help="Only those with a smaller number: the next page", shown="NUMBER")
    format: str = flag(default="", help=f"{FORMAT} (.Number .When .Person .Line .Status ...)")
    last: int = flag("-n", default=LAST, help="How many", shown=str(LAST))
    no_trunc: bool = flag(default=False, help="Nothing cut short")
    quiet: bool = flag("-q", default=False, help="Only the numbers")

    def problem(self) -> str | None:
        """A number of actions that is none; a filter, a status, a verb or a time that there is not."""
        if not 1 <= self.last <= MOST:
            return f"invalid value {self.last} for -n: expected 1 to {MOST}"
        if self.before and not numbered(self.before):
            return unnumbered(self.before)
        return super().problem()

    def run(self, ctx: Context) -> Reply:
        """The newest that match, through the template, and a button for those after them."""
        wanted = self.wanted(ctx.now)
        if self.before:
            wanted["before"] = (self.before,)
        found = ctx.bot.audit(number=None, filters=wanted, limit=self.last + 1)
        shown, more = found[: self.last], found[self.last :]
        reply = listed([row(each, ctx.now, trunc=not self.no_trunc) for each in shown], self._source(), HEADERS)
        if not more or self.quiet or self.format:
            return reply
        return reply + Reply((Buttons((Button("Older ones", self._older(shown[-1]["number"])),)),))

    def _older(self, number: int) -> str:
        """The line for the page after this number."""
        filters = [word for each in self.filter for word in ("--filter", each)]
        return shlex.join(["audit", "ls", "--before", str(number), "-n", str(self.last), *filters])

    def _source(self) -> str:
        if self.quiet:
            return "{{.Number}}"
        return TABLE if self.format in {"", "table"} else self.format
