"""What a request for consent looks like in Slack where Slack confirms nothing, or somebody takes it away."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from canned import CannedDesk, until
from harness import Bench
from offices import DEV, SAM, Office

from bot.clerk import Clerk
from bot.clock import Clock
from bot.held import State
from bot.posts import Post
from bot.request import Member
from bot.slack import Connection, SlackDirectory, SlackSide, board
from bot.store import FILE
from bot.workspace import Message, Workspace
from bot.workspace.people import ALERTS, OPERATOR, OPS, VIEWER

AGAIN = board.MAY_BE_ABOVE


@dataclass
class Shown:
    """A request that waits, and the clerk that has it shown."""

    made: Bench
    workspace: Workspace
    side: SlackSide
    clerk: Clerk

    def look(self, times: int = 1) -> None:
        """Have the clerk look so often, each time until nothing is on its way."""
        for _ in range(times):
            self.clerk.look()
            until(lambda: not self.side._outbox._waiting)

    def messages(self) -> list[Message]:
        """What shows it."""
        return [each for each in self.workspace.messages(OPS) if each.by_bot]

    def painted(self) -> int:
        """How often one was painted anew, or Slack was asked to."""
        return sum(call.method == "chat.update" for call in self.workspace.calls)


@pytest.fixture
def shown(office: Office, workspace: Workspace, connection: Connection) -> Iterator[Shown]:
    """A request to restart web, not shown yet."""
    made = office('[[require]]\nverbs = ["act"]\napprove = "second"\n')
    made.say("restart -t 0 web", DEV, channel=OPS)
    side, approvals = SlackSide(connection, CannedDesk(), Clock()), made.store.approvals
    on = side.board(approvals, lambda: None)
    side._outbox.start()
    yield Shown(made, workspace, side, Clerk(approvals, made.pipeline.policy, Clock(), on, lambda _held: False))
    side._outbox.close()


def test_a_request_that_may_be_shown_is_shown_once_more_and_says_so(shown: Shown) -> None:
    """With no reply at all it stands there twice, and once more when something changes; never at every look."""
    shown.workspace.garble("chat.postMessage", times=3)
    shown.look(4)
    assert [AGAIN in each.body() for each in shown.messages()] == [False, True]
    shown.made.say("approval reject 1", SAM)
    shown.look(3)
    assert [AGAIN in each.body() for each in shown.messages()] == [False, True, True]
    assert "denied by sam" in shown.messages()[2].body()
    assert shown.made.store.approvals.posts.stale() == []


def test_a_message_whose_place_could_not_be_written_down_is_not_sent_again(shown: Shown) -> None:
    """However often the clerk looks while another program keeps the record."""
    shown.clerk._place(1)
    with closing(sqlite3.connect(shown.made.folder / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        posts = shown.made.store.approvals.posts
        for _ in range(2):
            shown.clerk._paint(1)
            until(lambda: not shown.side._outbox._waiting)
        other.execute("ROLLBACK")
    shown.look(2)
    assert [AGAIN in each.body() for each in shown.messages()] == [False]
    assert (posts.stale(), posts._unwritten) == ([], {})


def test_a_request_that_may_be_shown_and_then_cannot_be_is_cancelled(shown: Shown) -> None:
    """Slack lost the first message, and the channel is shared by now: nobody is left who would decide."""
    shown.workspace.fail("chat.postMessage", 503)
    shown.look()
    shown.workspace.change_channel(OPS, is_ext_shared=True)
    shown.side._post._channels._known.clear()
    shown.look()
    held = shown.made.store.approvals.get(1)
    assert held is not None
    assert (held.state, shown.messages()) == (State.CANCELLED, [])


def test_a_request_whose_second_message_is_confirmed_is_painted_anew_in_that(shown: Shown) -> None:
    """Slack cut its first reply, and said the time of the second message."""
    shown.workspace.garble("chat.postMessage")
    shown.look(2)
    shown.made.say("approval cancel 1", DEV)
    shown.look(3)
    assert ["waits until" in each.body() for each in shown.messages()] == [True, False]
    assert shown.painted() == 1


def test_a_request_whose_message_was_deleted_is_shown_anew_only_while_it_waits(shown: Shown) -> None:
    """Whoever decides still needs it; when it is over there is nothing to paint, and nobody tries at every look."""
    shown.look()
    shown.workspace.state.remove(shown.messages()[0])
    shown.made.store.approvals.mark(1, "reminded", 0)
    shown.look(3)
    assert ["waits until" in each.body() for each in shown.messages()] == [True]
    shown.workspace.state.remove(shown.messages()[0])
    shown.made.say("approval cancel 1", DEV)
    shown.look(3)
    assert (shown.messages(), shown.painted()) == ([], 2)


def test_a_message_that_was_deleted_is_shown_anew_though_others_show_the_request(shown: Shown) -> None:
    """Each place has those who look there."""
    shown.look()
    shown.made.store.approvals.posts.add(1, ALERTS)
    shown.workspace.state.remove(shown.messages()[0])
    shown.made.store.approvals.mark(1, "reminded", 0)
    shown.look(3)
    assert ["waits until" in each.body() for each in shown.messages()] == [True]


def test_a_reminder_waits_for_slack_to_say_who_reads_it(shown: Shown) -> None:
    """It keeps no clerk waiting, and comes when Slack answers."""
    said = threading.Event()
    board_ = shown.clerk._board
    shown.look()
    shown.made.store.approvals.posts.add(1, OPERATOR)
    shown.look()
    (post,) = (each for each in shown.made.store.approvals.posts.of(1) if each.channel == OPERATOR)
    asked: list[bool] = []

    def member(*_: object, **_named: object) -> Member:
        asked.append(True)
        return Member() if said.is_set() else Member(refused="Slack does not say", unsaid=True)

    board_._desk.member = member
    held = shown.made.store.approvals.get(1)
    board_.remind(held, post, [OPERATOR])
    until(lambda: asked)
    said.set()
    direct = shown.workspace.state.direct(OPERATOR).id
    until(lambda: any("still waits" in each.plain() for each in shown.workspace.messages(direct, OPERATOR)))


@pytest.fixture
def listed(shown: Shown, connection: Connection) -> Shown:
    """The same, to be shown to one person alone, of whom Slack is asked."""
    shown.side._desk.member = SlackDirectory(connection, Clock()).member  # type: ignore[method-assign]
    shown.made.store.approvals.posts.add(1, VIEWER)
    return shown


def theirs(shown: Shown) -> list[str]:
    """What the person was sent."""
    return [each.body() for each in shown.workspace.messages(shown.workspace.state.direct(VIEWER).id, VIEWER)]


@pytest.mark.parametrize("body", [None, b"<html>a proxy</html>", b'{"ok": true}'])
def test_a_request_whose_reader_slack_does_not_tell_of_waits(listed: Shown, body: bytes | None) -> None:
    """An answer in pieces is no refusal: it is shown once Slack says who they are."""
    listed.workspace.garble("users.info", body)
    listed.look()
    held = listed.made.store.approvals.get(1)
    assert held is not None
    assert (held.state, len(theirs(listed))) == (State.PENDING, 1)


def test_a_reminder_waits_until_slack_tells_of_its_reader(listed: Shown) -> None:
    """And the clerk does not: whatever else it has to see to goes on."""
    listed.look()
    held = listed.made.store.approvals.get(1)
    assert held is not None
    (post,) = listed.made.store.approvals.posts.of(1)
    with listed.workspace.hang("users.info"):
        listed.clerk._board.remind(held, post, [VIEWER])
        assert listed.side._outbox._waiting == 1
    until(lambda: not listed.side._outbox._waiting)
    assert "still waits" in theirs(listed)[1]
    listed.workspace.fail("users.info", 503)
    listed.clerk._board.remind(held, Post(1, VIEWER, post.ts, post.shown), [VIEWER])
    until(lambda: not listed.side._outbox._waiting)
    assert len(theirs(listed)) == 3


def test_a_request_that_slack_does_not_take_yet_waits_once(shown: Shown) -> None:
    """However often the clerk looks meanwhile: it keeps no room from others."""
    shown.workspace.rate_limit("chat.postMessage", seconds=30)
    shown.clerk.look()
    until(lambda: shown.side._post._limited)
    for _ in range(5):
        until(lambda: shown.clerk._board._queued)  # type: ignore[attr-defined]
        shown.clerk.look()
    assert shown.side._outbox._waiting == 1
    shown.side._outbox.close(limit=0)
