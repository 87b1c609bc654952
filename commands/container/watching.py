"""Looking at what containers use again and again, until none of them runs or somebody ends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from commands.container.sampling import Sample
from commands.container.trends import Trends
from commands.context import Context
from commands.enduring import again
from commands.live import Ending, Live
from commands.reply import Note, Output, Part, Reply, Table
from commands.tabwriter import align

_NONE = "None of them runs any more."


@dataclass(frozen=True)
class Look:
    """What is printed of a look, and the figures of those that run, by their ids; restarts: one will run again."""

    reply: Reply
    samples: Mapping[str, Sample]
    restarts: bool = False


def shown(ctx: Context, look: Callable[[Ending, bool], Look]) -> Reply:
    """Show look after look, and tell at the end the mean and the most of each; raises Refusal.

    look breaks off once that has to end which it is given; it is told whether it is the first, and only then may fail.
    """
    trends, began = Trends(), time.monotonic()
    first = True

    def paint(live: Live, at: float, now: Look) -> str | Reply:
        nonlocal first
        if live.ended:  # so that the look was broken off
            return ""
        if now.reply.failed:
            return now.reply
        first = False
        trends.add(at - began, now.samples.values())
        live.say("")
        live.show(_picture(now.reply), trends.charts())
        return "" if now.samples or now.restarts else _NONE

    with ctx.live() as live:
        ended = again(live, lambda at: paint(live, at, look(live, first)))
    if isinstance(ended, Reply):
        return ended
    table = trends.table()
    parts: tuple[Part, ...] = (table, *trends.charts()) if table else ()
    return Reply((*parts, Note(ended)))


def _picture(reply: Reply) -> str:
    """The table as a text."""
    tables = [part for part in reply.parts if isinstance(part, Table)]
    if not tables:
        return "".join(part.text for part in reply.parts if isinstance(part, Output))
    return align("".join("\t".join(row) + "\n" for row in tables[0].rows))
