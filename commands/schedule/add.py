"""`docker schedule add`: have a line run by the clock."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from commands import legible, units
from commands.command import Risk, args, flag
from commands.context import Context
from commands.intent import Intent
from commands.reply import Moment, Note, Reply
from commands.schedule.run import JOBS
from commands.schedule.timed import FIELDS, Timed
from commands.spec import Permission
from commands.timetable import Understood, Wish

LATE = ("", "run", "skip")
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,39}", re.IGNORECASE)
_NAMED = "expected a letter, then up to 39 of letters, digits, '_', '.' and '-'"
_WHEN = (
    'say when first: `schedule add "0 3 * * sun" restart web`, `schedule add --every 6h restart web` or'
    ' `schedule add --at "tomorrow 18:00" restart web`'
)


class Add(Timed, name="schedule add", permission=Permission.LISTED, interspersed=False, decides=True):
    """Have a line run by the clock.

    WHEN is five cron fields in quotes, unless --every or --at says when; all that comes after it is the line, with its
    own flags. It runs as you, here and on this host: it is judged now, and again at every run, and where you may no
    longer do it, it is paused and you are told. What docker would ask about needs -f in the line. How it was understood
    and its next three runs are shown before it is kept.
    """

    words: tuple[str, ...] = args("[WHEN] COMMAND [ARG...]")
    standing: bool = flag(default=False, help="Have others agree once to all runs, where the policy lets them")

    def problem(self) -> str | None:
        """A line without when, or when without a line."""
        told = (
            (self.every and self.at, "choose one of --every and --at"),
            (self.standing and self.at, "--standing is for what runs again and again, which --at does not"),
            (self._is_cut_short(), f"invalid schedule '{self.words[0]}': {_WHEN}"),
            (not self.wish().words, f"nothing to run: {_WHEN}"),
            (self._is_misplaced(), f"say {' '.join(self.wish().words[:1])} before WHEN: the line begins after that"),
            (any(" " in each for each in self.wish().words[:1]), f"leave out the quotes around the line: {_WHEN}"),
            (self.late not in LATE, f"invalid value '{self.late}' for --late: expected run or skip"),
            (self.name and not _NAME.fullmatch(self.name), f"invalid name '{self.name}': {_NAMED}"),
            (self.name in JOBS, f"invalid name '{self.name}': that is a job of the settings"),
        )
        return next((wrong for is_wrong, wrong in told if is_wrong), None)

    def _is_cut_short(self) -> bool:
        """Whether what comes first is no cron expression, where it has to be one."""
        return not self.is_timed and len(self.words[0].split()) < FIELDS

    def _is_misplaced(self) -> bool:
        """Whether the line begins with a flag of this verb's own."""
        first = "".join(self.wish().words[:1])
        own = {name for flag in self.spec.flags for name in (f"--{flag.long}", f"-{flag.short}")}
        return first.partition("=")[0] in own - {"-", ""}

    def wish(self) -> Wish:
        """When and what."""
        return Wish(
            words=self.words if self.is_timed else self.words[1:],
            cron="" if self.is_timed else self.words[0],
            every=self.every,
            at=self.at,
            zone=self.tz,
            name=self.name,
            late=self.late,
            standing=self.standing,
            quiet_ok=self.quiet_ok,
        )

    def risk(self) -> Risk:
        """Whether it was understood."""
        return Risk("Keep this?", "schedule add --yes ... (the same line)", forced=self.yes, yes="Keep")

    def intent(self, ctx: Context) -> Intent:
        """To keep it; a yes stands for the moment that was shown, whenever it is said."""
        found = ctx.bot.timetable.understood(self.wish())
        meant = dataclasses.replace(self, tz=found.zone, at=found.at)
        told = Reply(tuple(Note(each) for each in found.notes))
        return Intent(
            found.concerns,
            lambda: found.keep() + told,
            question=_question(found),
            moments=tuple(Moment("It would run at", at) for at in found.ahead),
            instead=meant,
            needs=found.needs,
            told=tuple(_asked(found)) if self.standing else (),
        )


def _asked(found: Understood) -> Iterator[str]:
    """What those are shown who agree to all runs at once."""
    yield f"Runs:    docker {legible.shown(found.line)}"
    yield f"When:    {found.due}"
    yield f"Covers:  {legible.shown(', '.join(found.covers)) or 'nothing that is there'}"
    if found.reads:
        yield f"Holds:   {legible.shown(', '.join(found.reads))}, as long as nothing of that changes"
    yield f"For:     {units.exactly(found.lasts)} from when it is agreed to, for runs that concern no more"


def _question(found: Understood) -> str:
    facts = (f"Line:  docker {legible.shown(found.line)}", f"Host:  {found.host}", f"When:  {found.due}")
    return "\n".join(("Keep this?", *facts, *found.notes))
