"""Slack's changes of messages, fifty a minute: shared by all that is painted, with a part for all else."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from canned import CannedDesk, until
from harness import ADMIN as ASKER
from offices import DEV, SAM, Office

from bot.clerk import Clerk
from bot.clock import Clock
from bot.request import Actor, Origin, Request
from bot.slack import Connection, SlackSide
from bot.slack.payload import Asked
from bot.slack.place import Place
from bot.slack.tempo import FRESH, KEPT, LAST, MINUTE, PACE, TAKEN, Tempo
from bot.workspace import Workspace
from bot.workspace.errors import SlackError
from bot.workspace.people import OPS
from bot.workspace.quotas import QUOTAS, Quotas
from bot.workspace.web_api import Call
from commands.live import View

STREAMS = 20
DECISIONS = 3
ENOUGH = 60  # changes: more than a minute takes


def _changes(workspace: Workspace) -> list[Call]:
    return [call for call in workspace.calls if call.method == "chat.update"]


@pytest.fixture
def side(workspace: Workspace, connection: Connection) -> Iterator[SlackSide]:
    """What sends, joined to nothing."""
    del workspace
    made = SlackSide(connection, CannedDesk(), Clock())
    made._outbox.start()
    yield made
    made._outbox.close(limit=0)


def test_with_twenty_streams_nothing_is_refused_and_a_decision_is_painted_at_once(
    office: Office, workspace: Workspace, side: SlackSide
) -> None:
    """The workspace takes fifty changes a minute; between a decision and its painting hardly another one comes."""
    made = office('[[require]]\nverbs = ["act"]\napprove = "second"\n')
    on = side.board(made.store.approvals, lambda: None)
    clerk = Clerk(made.store.approvals, made.pipeline.policy, Clock(), on, lambda _held: False)
    for _ in range(DECISIONS):
        made.say("restart -t 0 web", DEV, channel=OPS)
    clerk.look()
    posts, numbers = made.store.approvals.posts, range(1, DECISIONS + 1)
    until(lambda: all(post.is_there for number in numbers for post in posts.of(number)))
    request = Request("restart web", Actor(ASKER), Origin.SLASH, OPS)
    streams = [side._watching.progress(Asked(request, Place.asked(OPS, ASKER, ""))) for _ in range(STREAMS)]
    over = threading.Event()
    painting = threading.Thread(target=_paint, args=(streams, over))
    painting.start()
    try:
        for number in range(1, DECISIONS + 1):
            until(lambda number=number: len(_changes(workspace)) >= number * ENOUGH // (DECISIONS + 1), 120)
            made.say(f"approval reject {number}", SAM)
            before = len(_changes(workspace))
            clerk.look()
            until(lambda: not made.store.approvals.posts.stale())
            assert len(_changes(workspace)) - before <= LAST
        until(lambda: len(_changes(workspace)) >= ENOUGH, 120)
    finally:
        over.set()
        painting.join()
    assert {call.status for call in workspace.calls} == {200}
    shown = [each for each in workspace.messages(OPS) if "is running" in each.plain()]
    assert len(shown) == STREAMS
    assert [each for each in shown if "as much is painted at once" in each.plain()]


def _paint(streams: list, over: threading.Event) -> None:  # type: ignore[type-arg]
    look = 0
    while not over.wait(0.05):
        look += 1
        for stream in streams:
            stream.show(View(f"look {look}\n", lives=True))


class _Seconds:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def _minutes(others: float) -> tuple[float, list[float]]:
    """So many seconds between two paintings in the end, and the times of all changes of ten minutes.

    others is how many seconds lie between two changes of others, 0 where there are none.
    """
    seconds, times = _Seconds(), list[float]()
    tempo, due, rest = Tempo(seconds), 0.0, 0.0
    other = others or 1e9
    while seconds.at < 10 * MINUTE:
        seconds.at = min(due, other)
        if seconds.at == other:
            tempo.changes()
            other += others
            times.append(seconds.at)
        elif wait := tempo.wait():
            due = seconds.at + wait
        else:
            tempo.changes()
            tempo.painted()
            times.append(seconds.at)
            rest = tempo.rest()
            due = seconds.at + rest
    return rest, times


@pytest.mark.parametrize("others", [0.0, 20.0, 5.0, 2.0])
def test_no_minute_has_more_changes_than_slack_takes(others: float) -> None:
    """However many others change messages; a painting is never sooner after another than it may be."""
    rest, times = _minutes(others)
    assert rest >= PACE
    for start in times:
        assert len([at for at in times if start <= at < start + MINUTE]) <= TAKEN


def test_what_is_kept_for_others_is_not_painted_away() -> None:
    """The first paintings come as fast as may be; then a part of each minute is left."""
    seconds = _Seconds()
    tempo = Tempo(seconds)
    assert tempo.rest() == PACE
    for _ in range(FRESH):
        tempo.changes()
        tempo.painted()
        seconds.at += PACE
    assert tempo.rest() == pytest.approx(MINUTE / (TAKEN - KEPT))
    assert len(_minutes(0.0)[1]) <= 10 * (TAKEN - LAST)


def test_the_workspace_takes_so_many_a_minute_and_says_when_again() -> None:
    """Other methods as often as one likes."""
    seconds = _Seconds()
    quotas = Quotas(seconds)
    for _ in range(QUOTAS["chat.update"]):
        quotas.take("chat.update")
    with pytest.raises(SlackError) as refusal:
        quotas.take("chat.update")
    assert (refusal.value.status, refusal.value.retry_after) == (429, 60)
    quotas.take("chat.postEphemeral")
    seconds.at = 60.0
    quotas.take("chat.update")
