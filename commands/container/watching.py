"""Looking at what containers use again and again, until none of them runs or somebody ends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests
from docker.errors import APIError, DockerException

from commands import wire
from commands.container.following import AWAY, RETRY
from commands.container.sampling import Sample
from commands.container.trends import Trends
from commands.context import Context
from commands.live import Live
from commands.reply import Note, Output, Part, Reply, Table
from commands.tabwriter import align

LOOK = 2.0  # seconds between the beginnings of two looks
ROWS = 20  # containers of a table that is painted; more have no room in a message
_MORE = "{} of {} are shown: name those that you want to see."
_NONE = "None of them runs any more."


@dataclass(frozen=True)
class Look:
    """What is printed of a look, and the figures of those that run, by their ids."""

    reply: Reply
    samples: Mapping[str, Sample]


def shown(ctx: Context, look: Callable[[], Look]) -> Reply:
    """Show look after look, and tell at the end the mean and the most of each; raises Refusal."""
    trends, began = Trends(), time.monotonic()

    def paint(live: Live, at: float, now: Look) -> str | Reply:
        if now.reply.failed:
            return now.reply
        trends.add(at - began, now.samples.values())
        text, state = _picture(now.reply)
        live.say(state)
        live.show(text, trends.charts())
        return "" if now.samples else _NONE

    with ctx.live() as live:
        ended = again(live, lambda at: paint(live, at, look()))
    if isinstance(ended, Reply):
        return ended
    table = trends.table()
    parts: tuple[Part, ...] = (table, *trends.charts()) if table else ()
    return Reply((*parts, Note(ended)))


def again(live: Live, look: Callable[[float], str | Reply]) -> str | Reply:
    """Look again and again, and say so where the engine does not answer; why it ended, by the look or by somebody.

    look is given the time of the monotonic clock, and gives what is not empty where it is the last. What the engine
    refuses is raised.
    """
    while not live.ended:
        at = time.monotonic()
        try:
            ended = look(at)
        except (requests.RequestException, DockerException) as error:
            if isinstance(error, APIError) and not wire.lost(error):
                raise
            live.say(AWAY)
            live.wait(RETRY)
            continue
        if ended:
            return ended
        live.wait(max(0.0, at + LOOK - time.monotonic()))
    return live.ended


def _picture(reply: Reply) -> tuple[str, str]:
    """The table as a text, and what is to be said of it where it has more rows than a message has room for."""
    tables = [part for part in reply.parts if isinstance(part, Table)]
    if not tables:
        return "".join(part.text for part in reply.parts if isinstance(part, Output)), ""
    header, *rows = tables[0].rows
    text = align("".join("\t".join(row) + "\n" for row in (header, *rows[:ROWS])))
    return text, _MORE.format(ROWS, len(rows)) if len(rows) > ROWS else ""
