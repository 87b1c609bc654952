"""`docker report set`: have a report come by itself."""

from __future__ import annotations

import dataclasses

from commands import grammar
from commands.command import args
from commands.report.now import Now
from commands.report.report import DAILY
from commands.report.wanted import Wanted
from commands.schedule.add import Add
from commands.schedule.timed import FIELDS, Timed
from commands.spec import Permission

_WHEN = (
    'say when: `report set weekly "0 8 * * mon"`, `report set daily --every 1d` or `report set --at "tomorrow 8:00"`'
)


class Set(Timed, Wanted, name="report set", permission=Permission.LISTED, decides=True, kin="schedule add"):
    """Have a report come by itself, told in this channel.

    KIND is as for `report now`. WHEN is five cron fields in quotes, unless --every or --at says when. It is
    `schedule add` with the line `report now KIND`, and shows how it was understood, with its next three runs, before it
    is kept. It is told as you may see it, and judged at each run.
    """

    words: tuple[str, ...] = args("[KIND] [WHEN]", required=False)

    def problem(self) -> str | None:
        """More words than these two; no time; what `report now` or `schedule add` does not take."""
        kind, when = self._said()
        is_cut_short = not self.is_timed and len(" ".join(when).split()) < FIELDS
        if len(kind) > 1 or is_cut_short:
            return _WHEN
        return self._report().problem() or self.means().problem()

    def means(self) -> Add:
        """The line of `schedule add` that puts it on the timetable."""
        _, when = self._said()
        given = {each.name: getattr(self, each.name) for each in dataclasses.fields(Timed)}
        return Add(words=(*when, *grammar.words(self._report())), **given)

    def _report(self) -> Now:
        kind, _ = self._said()
        return Now(
            kind=kind[0] if kind else DAILY, filter=self.filter, pdf=self.pdf, html=self.html, reason=self.reason
        )

    def _said(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The words of the kind, and those of when."""
        return (self.words, ()) if self.is_timed else (self.words[:-1], self.words[-1:])
