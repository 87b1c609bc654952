"""How far a long work is: one message for all who will see the answer, painted anew, as fast as Slack takes it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from canned import CannedDesk, done, until
from hypothesis import given
from hypothesis import strategies as st

from bot import blockrules
from bot.clock import Clock
from bot.settings import Mode
from bot.slack import Access, Connection, SlackSide
from bot.slack.afterwards import LEFT, LINES, under_way
from bot.slack.tempo import PACE
from bot.workspace import Workspace
from bot.workspace.message import Message
from bot.workspace.people import ADMIN, OPS, UNJOINED
from bot.workspace.web_api import Call
from commands.live import Progress, View
from commands.reply import Button

DIRECT = "D" + ADMIN[1:]


@dataclass
class Work:
    """A long work in a workspace: the test says what passes, and when it is over."""

    workspace: Workspace
    over: threading.Event
    desk: CannedDesk
    tell: Progress | None = None

    def passes(self, progress: Progress) -> None:
        """Hand over what tells how far it is, and wait until it is over."""
        self.tell = progress
        assert self.over.wait(30)

    def say(self, text: str) -> None:
        """This is how far it is."""
        until(lambda: self.tell)
        assert self.tell is not None
        self.tell(View(text))

    def calls(self, method: str) -> list[Call]:
        """What was asked of this method."""
        return [call for call in self.workspace.calls if call.method == method]


@pytest.fixture
def work(workspace: Workspace) -> Iterator[Work]:
    """The bot, which tells at once how far a work is."""
    access = Access(Mode.SOCKET, workspace.bot_token, workspace.app_token, api_url=workspace.api_url)
    desk = CannedDesk(lambda request: done("all done\n", request.line, public="restart" in request.line))
    made = Work(workspace, threading.Event(), desk)
    desk.passes = made.passes
    side = SlackSide(Connection(access), desk, Clock(), patience=0)
    side.start()
    yield made
    made.over.set()
    side.stop()


def find(work: Work, channel: str, text: str) -> Message:
    """The message that says so."""
    return work.workspace.wait_for_message(channel, text, viewer=ADMIN)


def test_one_message_is_painted_anew_and_the_answer_follows(work: Work) -> None:
    """All see it, it says who asked and what for, and at the end how far it came; the answer is another one."""
    work.workspace.slash(ADMIN, OPS, "restart web").wait()
    find(work, OPS, "Still at it")
    work.say("step 1 of 2\n")
    first = find(work, OPS, "step 1 of 2")
    work.say("step 2 of 2\n")
    second = find(work, OPS, "step 2 of 2")
    work.over.set()
    answer = find(work, OPS, "all done")
    work.workspace.wait_for(lambda: "> ran docker" in work.workspace.state.message(OPS, first.ts).text)
    assert (first.ts, first.only_for) == (second.ts, None)
    assert "step 2 of 2" in work.workspace.state.message(OPS, first.ts).plain()
    assert first.text.startswith(f"<@{ADMIN}> is running docker restart web")
    assert answer.ts > first.ts
    assert len(work.calls("chat.postMessage")) == 2


def test_it_is_never_painted_faster_than_slack_takes_it(work: Work) -> None:
    """A hundred steps at once are two or three looks, and the newest is among them."""
    work.workspace.slash(ADMIN, OPS, "restart web").wait()
    for step in range(100):
        work.say(f"step {step}\n")
    find(work, OPS, "step 99")
    work.over.set()
    find(work, OPS, "all done")
    painted = [*work.calls("chat.postMessage")[:1], *work.calls("chat.update")]
    assert len(painted) <= (painted[-1].at - painted[0].at) / PACE + 2  # one more where the first was long on its way


def test_in_a_direct_conversation_it_is_painted_for_any_line(work: Work) -> None:
    """Nobody else is there."""
    work.workspace.direct(ADMIN, "search web").wait()
    work.say("looking\n")
    assert find(work, DIRECT, "looking").only_for is None


def test_what_the_asker_alone_is_answered_is_not_shown_to_all(work: Work) -> None:
    """A line that changes nothing: they hear that it goes on, and no more."""
    work.workspace.slash(ADMIN, OPS, "search web").wait()
    work.say("looking\n")
    assert find(work, OPS, "Still at it").only_for == ADMIN
    work.over.set()
    find(work, OPS, "all done")
    assert not work.calls("chat.update")
    assert not [each for each in work.workspace.messages(OPS) if "looking" in each.plain()]


@pytest.mark.parametrize("reason", ["unjoined", "shared", "lost"])
def test_where_it_cannot_be_painted_the_asker_hears_that_it_goes_on(work: Work, reason: str) -> None:
    """In a channel that the bot has not joined, or that others read; and a lost first look is not sent again."""
    channel = UNJOINED if reason == "unjoined" else OPS
    if reason == "shared":
        work.workspace.change_channel(OPS, is_ext_shared=True)
    if reason == "lost":
        work.workspace.fail("chat.postMessage", after=True)
    work.workspace.slash(ADMIN, channel, "restart web").wait()
    find(work, channel, "Still at it")
    work.say("step 1\n")
    if reason == "lost":
        find(work, channel, "step 1")
    work.say("step 2\n")
    work.over.set()
    find(work, channel, "all done")
    steps = [each for each in work.workspace.messages(channel) if "step" in each.plain()]
    assert len(steps) == (reason == "lost")


def test_what_ends_before_it_is_told_is_not_told(workspace: Workspace) -> None:
    """Whoever is answered within the time of patience sees the answer alone."""
    access = Access(Mode.SOCKET, workspace.bot_token, workspace.app_token, api_url=workspace.api_url)
    desk = CannedDesk(lambda request: done("all done\n", request.line, public=True))
    desk.passes = lambda progress: progress(View("step 1\n"))
    side = SlackSide(Connection(access), desk, Clock(), patience=600)
    side.start()
    workspace.slash(ADMIN, OPS, "restart web").wait()
    workspace.wait_for_message(OPS, "all done")
    side.stop()
    assert len([each for each in workspace.messages(OPS) if each.by_bot]) == 1


@given(st.text(), st.text(), st.text(max_size=300), st.booleans(), st.booleans())
def test_every_look_is_a_message_that_slack_takes(line: str, text: str, state: str, over: bool, anew: bool) -> None:
    """Whatever was printed so far: a part of it is shown, within the limits of an update."""
    buttons = (Button("Stop", "stream stop 1"), Button("Pause", "stream pause 1"))
    view = View(text, state=state, buttons=buttons, anew=anew)
    message = under_way(line, ADMIN, view, lambda button: button.label, over=over)
    assert blockrules.problems(message.payload(), text_limit=blockrules.UPDATE_TEXT_LIMIT) == ()


def test_the_end_of_a_long_text_is_shown() -> None:
    """In whole lines, so many, and no more characters than have room."""
    lines = [f"line {at} " + "x" * 100 for at in range(100)]
    message = under_way("pull x", ADMIN, View("\n".join(lines)), lambda _button: "", over=False)
    shown = message.blocks[0]["elements"][1]["elements"][0]["text"]
    assert lines[-1] in shown
    assert shown.split("\n") == lines[-len(shown.split("\n")) :]
    assert len(shown.split("\n")) <= LINES
    assert len(shown) <= LEFT


@pytest.mark.parametrize("long", [0, 100, 5_000])
def test_what_is_shown_anew_keeps_its_header_and_is_cut_at_its_end(long: int) -> None:
    """In whole rows, and says how many more there are; one that is longer than the room leaves some to others."""
    rows = ["PID   COMMAND", *(f"{at:<5} sleep {'x' * long}" for at in range(100))]
    message = under_way("top", ADMIN, View("\n".join(rows) + "\n", anew=True), lambda _button: "", over=False)
    shown = message.blocks[0]["elements"][1]["elements"][0]["text"]
    header, *some, last = shown.split("\n")
    assert header == rows[0]
    assert some[0][:11] == rows[1][:11]
    assert last == f"… {100 - len(some)} more rows"
    assert len(shown.split("\n")) <= LINES
    assert len(shown) <= LEFT


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_look_of_which_slack_says_nothing_is_painted_again(work: Work, *, after: bool) -> None:
    """Whether it was taken or not; no further look has to come for that."""
    work.workspace.slash(ADMIN, OPS, "restart web").wait()
    find(work, OPS, "Still at it")
    work.say("step 1\n")
    find(work, OPS, "step 1")
    work.workspace.fail("chat.update", after=after)
    work.say("step 2\n")
    work.workspace.wait_for(lambda: len(work.calls("chat.update")) > 1)
    find(work, OPS, "step 2")


def test_what_lives_and_may_not_have_been_shown_ends_and_is_not_shown_twice(work: Work) -> None:
    """Slack did not say whether it took the first look."""
    work.workspace.fail("chat.postMessage", after=True)
    work.workspace.slash(ADMIN, OPS, "restart web").wait()
    until(lambda: work.tell)
    assert work.tell is not None
    work.tell(View("line 1\n", lives=True, number=7))
    until(lambda: work.desk.unseen_ones)
    work.tell(View("line 2\n", lives=True, number=7))
    work.over.set()
    find(work, OPS, "all done")
    assert [number for number, _ in work.desk.unseen_ones] == [7]
    assert not [each for each in work.workspace.messages(OPS) if "line 2" in each.plain()]
