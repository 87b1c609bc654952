"""`docker audit stats`: who used what how often, and what came of it."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from commands.audit.actions import duration
from commands.audit.filtering import Filtered
from commands.command import flag
from commands.context import Context
from commands.reply import Note, Output, Reply, Table
from commands.spec import Permission
from commands.timestamps import epoch

MOST = 50_000  # actions that are counted
BY = ("host", "origin", "person", "status", "verb")
WEEK = "168h"
_HEADER = ("ACTIONS", "DONE", "FAILED", "DENIED", "OTHER", "MEDIAN")


class Stats(Filtered, name="audit stats", permission=Permission.SEE):
    """Count what was asked of slashdock, by verb, person, host, origin or status.

    It is about the last week, unless a filter says since when. MEDIAN is how long it took where it was done.
    """

    by: str = flag(default="verb", help=f"What is counted: {', '.join(BY)}", shown="verb")

    def problem(self) -> str | None:
        """Something that is not counted; a filter that there is not."""
        if self.by not in BY:
            return f"invalid value '{self.by}' for --by: expected one of {', '.join(BY)}"
        return super().problem()

    def run(self, ctx: Context) -> Reply:
        """A row for each, the most used first."""
        wanted = self.wanted(ctx.now)
        wanted.setdefault("since", (repr(epoch(WEEK, ctx.now)),))
        found = list(ctx.bot.counted(wanted, MOST + 1))
        if not found:
            return Reply((Output("Nothing was asked in this time.\n"),))
        rows = sorted(_counted(found[:MOST], self.by), key=lambda row: (-int(row[1]), row[0]))
        table = Table(((self.by.upper(), *_HEADER), *rows), ours=True, caption=f"What was asked, by {self.by}")
        return Reply((table, Note(f"Only the newest {MOST} are counted."))) if len(found) > MOST else Reply((table,))


def _counted(found: Iterable[Mapping[str, Any]], by: str) -> Iterable[tuple[str, ...]]:
    groups = defaultdict(list)
    for each in found:
        groups[(each["person"] or each["actor"]) if by == "person" else each[by] or "(not understood)"].append(each)
    for name, actions in groups.items():
        ends = [each["status"] for each in actions]
        told = [ends.count(status) for status in ("done", "failed", "denied")]
        took = [each["duration_ms"] for each in actions if each["status"] == "done" and each["duration_ms"] is not None]
        median = duration(round(statistics.median(took))) if took else ""
        yield (name, str(len(actions)), *map(str, told), str(len(actions) - sum(told)), median)
