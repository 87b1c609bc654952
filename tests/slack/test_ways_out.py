"""Answers find their way round refusals and limits, and are never said twice."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from canned import CannedDesk, Joined, done, until

from bot import held
from bot.clock import Clock
from bot.request import Actor, Due, Late, Origin, Outcome, Request, Status
from bot.slack import Connection, SlackSide
from bot.slack.channels import Channels
from bot.slack.letter import MessageLetter, Whole
from bot.slack.message import Message
from bot.slack.outbox import LANE_LIMIT, LIMIT, Outbox
from bot.slack.payload import Asked
from bot.slack.place import Place
from bot.slack.post import Post
from bot.slack.said import TOO_MANY, NotNow, judge
from bot.undelivered import Heard, Shown
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, BOT_USER, OPERATOR, OPS, PRIVATE, UNJOINED, VIEWER
from commands.reply import Document, Output, Reply, note

DIRECT = "D" + VIEWER[1:]
BLOCK = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "seen"}]}],
}


@pytest.fixture
def side(connection: Connection) -> Iterator[SlackSide]:
    """The outgoing half alone: no transport is started."""
    made = SlackSide(connection, CannedDesk(), Clock())
    made._outbox.start()
    yield made
    made._outbox.close()


def tell(side: SlackSide, place: Place, outcome: Outcome) -> None:
    """Answer something that was asked at this place."""
    request = Request("ps", Actor(place.user), Origin.SLASH, place.channel)
    side._teller.tell(Asked(request, place), outcome, place.user)


def calls(workspace: Workspace, method: str, at_least: int = 1) -> list[Any]:
    """What was asked of one method, once it was asked so often."""

    def made() -> list[Any]:
        return [call for call in workspace.calls if call.method == method]

    return workspace.wait_for(lambda: made() if len(made()) >= at_least else [])


def response_url(workspace: Workspace, channel: str, uses: int = 0, user: str = VIEWER) -> str:
    """A response URL of the workspace that was used so often."""
    secret = workspace.tickets.response(channel, user)
    workspace.tickets.responses[secret].uses = uses
    return f"{workspace.base_url}/commands/T0LOCAL001/1/{secret}"


def test_a_worn_out_response_url_is_replaced_by_an_ephemeral_message(workspace: Workspace, side: SlackSide) -> None:
    """Five uses are spent: the answer still reaches the asker alone, in the same channel."""
    tell(side, Place(OPS, VIEWER, response_url=response_url(workspace, OPS, uses=5)), done("late\n"))
    assert workspace.wait_for_message(OPS, "late").only_for == VIEWER
    assert len(calls(workspace, "chat.postEphemeral")) == 1


def test_where_nothing_else_is_left_the_answer_comes_as_a_direct_message(workspace: Workspace, side: SlackSide) -> None:
    """No response URL, and no member of the channel: the asker reads it in their conversation with the bot."""
    tell(side, Place(UNJOINED, VIEWER), done("private\n"))
    tell(side, Place(UNJOINED, VIEWER), done("for all\n", public=True))
    assert workspace.wait_for_message(DIRECT, "private")
    assert workspace.wait_for_message(DIRECT, "for all")


@pytest.mark.attack("S26")
def test_a_response_url_of_another_server_is_not_used(workspace: Workspace, side: SlackSide) -> None:
    """Nothing is sent there; the answer takes the next way."""
    with workspace.__class__().serve() as other:
        tell(side, Place(OPS, VIEWER, response_url=f"{other}/commands/T0LOCAL001/1/x"), done("safe\n"))
        assert workspace.wait_for_message(OPS, "safe").only_for == VIEWER


def test_a_limited_answer_waits_as_long_as_slack_says(workspace: Workspace, side: SlackSide) -> None:
    """After a 429 nothing is asked of that method before its time, for nobody; then everything comes, in order."""
    workspace.rate_limit("chat.postEphemeral", seconds=1)
    tell(side, Place(OPS, VIEWER), done("first\n"))
    until(lambda: side._post._limited)
    tell(side, Place(OPS, VIEWER), done("second\n"))
    tell(side, Place(OPS, ADMIN), done("third\n"))
    made = calls(workspace, "chat.postEphemeral", at_least=4)
    assert [call.status for call in made] == [429, 200, 200, 200]
    assert made[1].at - made[0].at >= 1
    seen = [each.body() for each in workspace.messages(OPS) if each.only_for == VIEWER]
    assert [text.splitlines()[-1] for text in seen] == ["first", "second"]


def test_another_method_goes_on_while_one_is_limited(workspace: Workspace, side: SlackSide) -> None:
    """A limit on one method holds nobody else up."""
    workspace.rate_limit("chat.postEphemeral", seconds=30)
    tell(side, Place(OPS, VIEWER), done("held back\n"))
    until(lambda: side._post._limited)
    tell(side, Place(OPS, ADMIN), done("at once\n", public=True))
    workspace.wait_for_message(OPS, "at once")
    side._outbox.close(limit=0)


def test_public_messages_in_a_channel_are_a_second_apart(workspace: Workspace, side: SlackSide) -> None:
    """Slack takes one a second; another channel does not wait for them."""
    for i in range(2):
        tell(side, Place(OPS, VIEWER), done(f"number {i}\n", public=True))
    tell(side, Place("C0GENERAL1", VIEWER), done("elsewhere\n", public=True))
    made = calls(workspace, "chat.postMessage", at_least=3)
    posted = {call.args["channel"] + call.args["text"][-1]: call.at for call in made}
    assert posted[OPS + "1"] - posted[OPS + "0"] >= 1
    assert posted["C0GENERAL1e"] < posted[OPS + "1"]


@pytest.mark.parametrize("after", [True, False])
def test_an_answer_that_may_have_arrived_is_not_sent_again(workspace: Workspace, side: SlackSide, after: bool) -> None:
    """Slack fails, having posted it or not: the asker is told that it may be missing, and reads it at most once."""
    workspace.fail("chat.postEphemeral", status=503, after=after)
    tell(side, Place(OPS, VIEWER), done("the answer\n", "restart web"))
    told = workspace.wait_for_message(DIRECT, "did not confirm")
    assert "restart web" in told.text
    assert "the answer" not in told.plain()
    assert len([each for each in workspace.messages(OPS) if "the answer" in each.plain()]) == int(after)


GARBLED = [None, b"<html>a proxy</html>", b"\xff\xfe{", b"[]", b"[1]", b"null", b"{}", b'{"ok": true}', b""]


@pytest.mark.parametrize("body", GARBLED)
def test_an_answer_whose_confirmation_is_garbled_is_not_sent_again(
    workspace: Workspace, side: SlackSide, body: bytes | None
) -> None:
    """Slack took it, and what it said is in pieces or a proxy's own: by each way that is as good as lost."""
    desk = side._desk
    assert isinstance(desk, CannedDesk)
    places = {
        "chat.postMessage": (Place(OPS, VIEWER), True),
        "chat.postEphemeral": (Place(OPS, VIEWER), False),
        "response_url": (Place(OPS, VIEWER, response_url=response_url(workspace, OPS)), False),
    }
    if body == b'{"ok": true}':  # all that most ways say; where a message is painted anew its time is needed
        del places["chat.postEphemeral"], places["response_url"]
    for number, (method, (place, public)) in enumerate(places.items(), 1):
        workspace.garble(method, body)
        outcome = replace(done(f"by {method}\n", public=public), number=number, due=Due(number, 1.0, public))
        tell(side, place, outcome)
        until(lambda: not side._outbox._waiting)
        assert desk.shown[-1] == (outcome.due, Shown.UNSURE)
    for method in places:
        assert len([each for each in workspace.messages(OPS) if f"by {method}" in each.plain()]) == 1


def test_a_lookup_that_is_garbled_is_asked_again(workspace: Workspace, side: SlackSide) -> None:
    """Nothing was said to anybody yet: the answer waits, as where Slack cannot be reached."""
    workspace.garble("conversations.info", b"[]")
    workspace.garble("conversations.open", b'{"ok": true}')
    tell(side, Place(OPS, VIEWER), done("to all\n", public=True))
    tell(side, Place(UNJOINED, VIEWER), done("to you\n"))
    assert workspace.wait_for_message(OPS, "to all")
    assert workspace.wait_for_message(DIRECT, "to you")


@pytest.mark.parametrize(("seconds", "waits"), [("nan", 30), ("inf", 30), ("1e11", 3600), ("-5", 0), ("7", 7)])
def test_slack_makes_nobody_wait_for_ever(seconds: str, waits: float) -> None:
    """Whatever stands in Retry-After, the senders can wait for it."""
    with pytest.raises(NotNow) as later:
        judge("chat.postMessage", TOO_MANY, "ratelimited", {"Retry-After": seconds})
    assert later.value.seconds == waits


def test_a_secret_in_a_line_stays_out_of_the_log_and_the_notice(
    workspace: Workspace, side: SlackSide, caplog: pytest.LogCaptureFixture
) -> None:
    """A line that was never understood names an answer that may be lost as well, with its secret hidden."""
    caplog.set_level(logging.DEBUG)
    line = "run -e DB_PASSWORD=hunter2swordfish web"
    workspace.fail("chat.postEphemeral", status=503)
    request = Request(line, Actor(VIEWER), Origin.SLASH, OPS)
    side._teller.tell(Asked(request, Place(OPS, VIEWER)), Outcome(Status.USAGE, note("no")), VIEWER)
    assert "DB_PASSWORD=" in workspace.wait_for_message(DIRECT, "did not confirm").text
    assert "hunter2" not in caplog.text + workspace.wait_for_message(DIRECT, "did not confirm").text
    assert "may have been lost" in caplog.text


def test_a_hanging_slack_holds_up_no_worker(workspace: Workspace, side: SlackSide) -> None:
    """While a call hangs, handing over further answers returns at once, and other channels are served."""
    with workspace.hang("chat.postEphemeral"):
        for _ in range(3):
            tell(side, Place(OPS, VIEWER), done("hangs\n"))
        tell(side, Place("C0GENERAL1", VIEWER), done("goes\n", public=True))
        workspace.wait_for_message("C0GENERAL1", "goes")
    assert len(calls(workspace, "chat.postEphemeral", at_least=3)) == 3


def test_blocks_that_slack_refuses_are_sent_as_plain_text(
    workspace: Workspace, side: SlackSide, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault that we see beforehand costs the formatting: the words arrive, and the log has the fault."""
    caplog.set_level(logging.ERROR)
    ways = Post(connection, Channels(connection, Clock())).ways(Place(OPS, VIEWER), public=True)
    side._outbox.put(OPS, MessageLetter(Message("said &lt;b&gt;", ({"type": "nonsense"},)), ways, "ps"))
    message = workspace.wait_for_message(OPS, "said")
    assert (message.text, message.blocks) == ("said &lt;b&gt;", ())
    assert calls(workspace, "chat.postMessage")[0].args["mrkdwn"] is False
    assert "unsupported type: nonsense" in caplog.text


def test_a_refusal_of_blocks_by_slack_itself_is_followed(
    workspace: Workspace, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """A rule that we do not know of costs the formatting, not the answer."""
    caplog.set_level(logging.ERROR)
    ways = Post(connection, Channels(connection, Clock())).ways(Place(OPS, VIEWER), public=True)
    letter = MessageLetter(Message("words", (BLOCK,)), ways, "ps")
    letter.payload = letter.payload | {"blocks": [BLOCK, {"type": "new"}]}
    while not letter.send():
        pass
    assert workspace.wait_for_message(OPS, "words").blocks == ()
    assert [call.answer.get("error") for call in calls(workspace, "chat.postMessage", at_least=2)] == [
        "invalid_blocks",
        None,
    ]
    assert "plain text" in caplog.text


LONG = Outcome(
    Status.DONE, Reply((Output("".join(f"line {i}\n" for i in range(9_000)), "web.log"),)), 1, line="logs web"
)


def uploaded(workspace: Workspace, channel: str) -> Any:
    """The first file in a channel."""
    return workspace.wait_for(lambda: [each for each in workspace.messages(channel) if each.files])[0]


def test_the_whole_of_a_private_answer_goes_to_the_asker_alone(workspace: Workspace, side: SlackSide) -> None:
    """The head is ephemeral; the file lies in the direct messages, where nobody else reads it."""
    tell(side, Place(OPS, VIEWER), LONG)
    message = uploaded(workspace, DIRECT)
    file = workspace.files.file(message.files[0]["id"])
    assert (file.name, file.title) == ("web.log", "docker logs web")
    assert file.content == "".join(f"line {i}\n" for i in range(9_000)).encode()
    assert not workspace.files.readable_by(file, OPERATOR)
    assert "in your direct messages" in workspace.wait_for_message(OPS, viewer=VIEWER).plain()


def test_a_file_that_is_no_text_arrives_to_the_last_byte(workspace: Workspace, side: SlackSide) -> None:
    """Under its name, as what it is."""
    octets = b"%PDF-1.3\n" + bytes(range(256))
    made = Outcome(Status.DONE, Reply((Document(octets, "report.pdf", "Weekly report"),)), 1, line="report now --pdf")
    tell(side, Place(OPS, VIEWER), replace(made, public=True))
    (told,) = uploaded(workspace, OPS).files
    assert (told["name"], told["mimetype"], told["size"]) == ("report.pdf", "application/pdf", len(octets))
    assert workspace.files.file(told["id"]).content == octets


@pytest.mark.parametrize("public", [True, False])
def test_a_file_that_slack_refuses_is_told_to_be_missing(
    workspace: Workspace, side: SlackSide, *, public: bool
) -> None:
    """Where its answer is, with Slack's reason: the answer says that it follows."""
    refusal = b'{"ok": false, "error": "file_uploads_size_limit_exceeded"}'
    workspace.garble("files.getUploadURLExternal", refusal, times=2)
    outcome = replace(done(""), reply=Reply((Document(b"x" * 9, "web.tar", "web"),)), public=public)
    tell(side, Place(OPS, VIEWER), outcome)
    workspace.wait_for_message(OPS, "web.tar could not be given: Slack refuses it", viewer=VIEWER)


def test_where_the_way_of_a_file_is_not_told_it_is_asked_for_again(
    workspace: Workspace, side: SlackSide, tmp_path: Path
) -> None:
    """Nothing was sent by then; and what is not there any more is no refusal of Slack's."""
    (tmp_path / "web.tar").write_bytes(b"x" * 9)
    workspace.fail("files.getUploadURLExternal")
    tell(side, Place(OPS, VIEWER), Outcome(Status.DONE, Reply((Document(tmp_path / "web.tar", "web.tar", "web"),)), 7))
    assert uploaded(workspace, DIRECT).files[0]["name"] == "web.tar"
    gone = Document(tmp_path / "gone.tar", "gone.tar", "gone")
    (tmp_path / "gone.tar").write_bytes(b"")
    rendered = Reply((gone,))
    with workspace.hang("files.getUploadURLExternal"):
        tell(side, Place(OPS, VIEWER), Outcome(Status.DONE, Reply((Document(b"first", "first.tar", "first"),)), 8))
        tell(side, Place(OPS, VIEWER), Outcome(Status.DONE, rendered, 9))
        (tmp_path / "gone.tar").unlink()
    told = workspace.wait_for_message(OPS, "gone.tar could not be given: it is not kept any more", viewer=VIEWER)
    assert "output 9" in told.plain()


def test_an_answer_is_shown_once_its_files_are_done_with() -> None:
    """In whatever order; one that is not shown waits for none of them."""
    ended: list[Shown] = []
    whole = Whole(Heard(ended.append), 2)
    whole.part()
    whole.ended(Shown.SHOWN)
    assert ended == []
    whole.part()
    assert ended == [Shown.SHOWN]
    Whole(Heard(ended.append), 2).ended(Shown.DUE)
    Whole(Heard(ended.append), 0).ended(Shown.SHOWN)
    assert ended == [Shown.SHOWN, Shown.DUE, Shown.SHOWN]


def test_the_whole_of_a_public_answer_follows_it(workspace: Workspace, side: SlackSide) -> None:
    """Into the same channel and thread; where the bot may not, to the asker."""
    tell(side, Place(OPS, VIEWER, beneath="1.000001"), replace(LONG, public=True))
    assert uploaded(workspace, OPS).thread_ts == "1.000001"
    tell(side, Place(UNJOINED, VIEWER), replace(LONG, public=True))
    assert uploaded(workspace, DIRECT).files[0]["name"] == "web.log"


SHARED = [{"is_ext_shared": True}, {"is_pending_ext_shared": True}]


def test_a_file_that_a_channel_cannot_be_shown_goes_to_the_asker_and_that_is_said(
    workspace: Workspace, side: SlackSide
) -> None:
    """Slack lets a file be shared only where the app is a member."""
    whole = "".join(f"line {i}\n" for i in range(5_000))
    place = Place(UNJOINED, VIEWER, response_url=response_url(workspace, UNJOINED))
    tell(side, place, done(whole, public=True))
    assert workspace.wait_for_message(UNJOINED, "follows as the file", viewer=VIEWER)
    handed = workspace.wait_for_message(DIRECT, f"It could not be shown in <#{UNJOINED}>", viewer=VIEWER)
    assert handed.files
    assert workspace.wait_for_message(UNJOINED, f"<@{VIEWER}> has it, in direct messages", viewer=VIEWER)


@pytest.mark.attack("S21")
@pytest.mark.parametrize("flags", SHARED)
def test_a_schedule_tells_a_shared_channel_nothing(
    workspace: Workspace, side: SlackSide, flags: dict[str, bool], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither message nor file is posted; the log says why, and the next channel is told all the same."""
    workspace.change_channel(OPS, **flags)
    side.post(OPS, LONG, "schedule:cleanup")
    side.post(PRIVATE, done("for us\n"), "schedule:cleanup")
    workspace.wait_for_message(PRIVATE, "for us")
    until(lambda: not side._outbox._waiting)
    assert workspace.messages(OPS) == ()
    assert f"nothing is shown to everybody in {OPS}" in caplog.text
    assert not [call for call in workspace.calls if call.args.get("channel") == OPS and call.method.startswith("chat.")]


def hide(workspace: Workspace) -> None:
    """Take the bot out of the private channel."""
    workspace.change_channel(PRIVATE, members=workspace.state.channel(PRIVATE).members - {BOT_USER})


def test_in_a_channel_that_slack_does_not_show_the_asker_alone_is_answered(
    workspace: Workspace, side: SlackSide
) -> None:
    """Who reads a private channel that the bot has not joined is not known, so that nothing there is public."""
    hide(workspace)
    place = Place(PRIVATE, OPERATOR, response_url=response_url(workspace, PRIVATE, user=OPERATOR))
    tell(side, place, replace(LONG, public=True))
    assert workspace.wait_for_message(PRIVATE, "line 0").only_for == OPERATOR
    assert uploaded(workspace, "D" + OPERATOR[1:]).files[0]["name"] == "web.log"


def test_in_a_channel_that_became_shared_the_asker_alone_is_answered(workspace: Workspace, side: SlackSide) -> None:
    """What was asked for while it was not: nothing is public there any more, files neither."""
    workspace.change_channel(OPS, is_ext_shared=True)
    tell(side, Place(OPS, VIEWER, response_url=response_url(workspace, OPS)), replace(LONG, public=True))
    assert workspace.wait_for_message(OPS, "line 0").only_for == VIEWER
    assert uploaded(workspace, DIRECT).files[0]["name"] == "web.log"
    tell(side, Place(OPS, VIEWER, beneath="1.000001"), done("mentioned\n", public=True))
    assert workspace.wait_for_message(OPS, "mentioned").only_for == VIEWER


def test_a_public_answer_waits_until_slack_says_who_reads_the_channel(workspace: Workspace, side: SlackSide) -> None:
    """A limit on the look-up loses nothing."""
    workspace.rate_limit("conversations.info", seconds=1)
    tell(side, Place(OPS, VIEWER), done("for all\n", public=True))
    assert workspace.wait_for_message(OPS, "for all").only_for is None
    looked = calls(workspace, "conversations.info", at_least=2)
    assert [call.status for call in looked] == [429, 200]
    assert looked[1].at - looked[0].at >= 1


def test_a_log_line_reaches_nobody(joined: Joined) -> None:
    """What a container prints is text: no mention, no link, no preview."""
    hostile = "<!channel> <@U0ADMIN001> <https://evil.example|bank>\n"
    joined.desk.answers = lambda request: done(hostile, request.line, public=True)
    joined.workspace.slash(VIEWER, OPS, "logs web").wait()
    message = joined.workspace.wait_for_message(OPS, "evil.example")
    text, _, fallback = message.body(), *message.text.partition(" ran ")[1:]
    assert hostile.strip() in text
    assert "<" not in fallback
    sent = [call.args for call in calls(joined.workspace, "chat.postMessage")][-1]
    assert (sent["unfurl_links"], sent["unfurl_media"], "link_names" in sent) == (False, False, False)


class Held:
    """A letter that waits until it is let go."""

    def __init__(self, pace: float = 0.0) -> None:
        self.pace = pace
        self.gate = threading.Event()
        self.sent = threading.Event()

    def send(self) -> bool:
        """Wait, and be done."""
        self.sent.set()
        return self.gate.wait(10)

    def give_up(self) -> None:
        """Nobody waits for it."""


def test_the_outbox_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    """What does not fit is refused and logged, rather than kept until the memory is full."""
    caplog.set_level(logging.ERROR)
    outbox = Outbox()
    assert all(outbox.put("lane", Held()) for _ in range(LANE_LIMIT))
    assert not outbox.put("lane", Held())
    assert outbox.put("another lane", Held())
    assert "too many wait" in caplog.text
    outbox.close(limit=0)


@pytest.mark.attack("F36")
def test_what_gives_way_takes_no_room_in_all_from_what_people_wait_for() -> None:
    """However many lanes it fills, an answer is taken; and it is bounded in the same way."""
    outbox = Outbox()
    lanes = [f"lane {number}" for number in range(LIMIT // LANE_LIMIT)]
    for behind in (True, False):
        assert all(outbox.put(lane, Held(), behind=behind) for lane in lanes for _ in range(LANE_LIMIT))
        assert not outbox.put("another lane", Held(), behind=behind)
    outbox.close(limit=0)


def test_what_gives_way_goes_after_all_others_and_takes_no_room_from_them() -> None:
    """But for the one that is being sent just then; among themselves they go in their order."""
    sent = list[str]()

    class Named(Held):
        """A letter with a name."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def send(self) -> bool:
            """Note that it went."""
            sent.append(self.name)
            return super().send()

    outbox, first = Outbox(), Named("by the clock")
    outbox.start()
    assert outbox.put("lane", first, behind=True)
    assert first.sent.wait(10)
    letters = [Named("by the clock, too"), Named("by the clock, last")]
    assert all(outbox.put("lane", letter, behind=True) for letter in letters)
    while outbox.put("lane", full := Named("by the clock, and more"), behind=True):
        full.gate.set()
    answer = Named("an answer")
    assert outbox.put("lane", answer)
    for letter in (first, *letters, answer):
        letter.gate.set()
    until(lambda: len(sent) == LANE_LIMIT + 1)
    assert sent[:4] == ["by the clock", "an answer", "by the clock, too", "by the clock, last"]
    outbox.close()


@pytest.mark.attack("F36")
def test_an_answer_does_not_wait_for_what_the_clock_says(workspace: Workspace, side: SlackSide) -> None:
    """Both are posted in one channel, a second apart."""
    for number in range(20):
        side.post(OPS, done(f"by the clock {number}\n"), ADMIN)
    tell(side, Place(OPS, VIEWER), done("an answer\n", public=True))
    workspace.wait_for_message(OPS, "an answer")
    posted = calls(workspace, "chat.postMessage", at_least=2)
    assert len(posted) == 2
    assert posted[1].at - posted[0].at >= 1
    side._outbox.close(limit=0)


def test_the_outbox_sends_what_waits_before_it_ends() -> None:
    """close() lets the letters go, takes no new ones, and leaves no thread."""
    before = set(threading.enumerate())
    outbox = Outbox()
    outbox.start()
    letters = [Held() for _ in range(3)]
    for letter in letters:
        letter.gate.set()
        outbox.put("lane", letter)
    outbox.close()
    assert all(letter.sent.is_set() for letter in letters)
    assert not outbox.put("lane", Held())
    assert set(threading.enumerate()) <= before


def test_what_has_no_pace_waits_for_no_other() -> None:
    """A message that is painted anew goes at once, however long the next new one has to wait."""
    outbox, first, painted, second = Outbox(), Held(pace=3600), Held(), Held(pace=3600)
    outbox.start()
    for letter in (first, painted, second):
        letter.gate.set()
        outbox.put("lane", letter)
    assert painted.sent.wait(10)
    outbox.close(limit=0)
    assert first.sent.is_set()
    assert not second.sent.is_set()


class Broken:
    """A letter with a bug."""

    pace = 0.0

    def send(self) -> bool:
        """Fail."""
        raise RuntimeError("a bug")

    def give_up(self) -> None:
        """Nobody waits for it."""


def test_a_bug_in_one_letter_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged with its traceback, and the next letter goes."""
    outbox, after = Outbox(), Held()
    after.gate.set()
    outbox.start()
    outbox.put("lane", Broken())
    outbox.put("lane", after)
    assert after.sent.wait(10)
    outbox.close()
    assert "RuntimeError: a bug" in caplog.text


def test_what_found_no_room_is_sent_once_there_is_some(
    workspace: Workspace, side: SlackSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer stays due, and is not on its way; fed again it comes, and is not fed a second time meanwhile."""
    desk = side._desk
    assert isinstance(desk, CannedDesk)
    outcome = replace(done("late\n"), number=7, due=Due(7, 1.0, public=False))
    with workspace.hang("chat.postEphemeral"):
        monkeypatch.setattr("bot.slack.outbox.LANE_LIMIT", 1)
        tell(side, Place(OPS, VIEWER), done("first\n"))
        tell(side, Place(OPS, VIEWER), outcome)
        assert desk.shown == [(outcome.due, Shown.DUE)]
        monkeypatch.undo()
        desk.left = [Late(Request("ps", Actor(VIEWER), Origin.MENTION, OPS), outcome)]
        for _ in range(2):
            side.feed()
    workspace.wait_for_message(OPS, "late", viewer=VIEWER)
    until(lambda: (outcome.due, Shown.SHOWN) in desk.shown)
    assert len([each for each in workspace.messages(OPS) if "late" in each.body()]) == 1


DENIED = held.Held(
    7, VIEWER, "T0", "vera", "slash", OPS, "", "local", "restart web", "", {"text": "", "around": [], "verb": "x"}, {},
    "d", (), b"", 9e9, state=held.State.DENIED, by="otto", why="not now",
)  # fmt: skip


def test_whoever_says_something_hears_whether_slack_took_it(
    workspace: Workspace, side: SlackSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its channel it is shown, in one that is hidden it is lost, and without room it is still to be said."""
    heard = list[Shown]()
    side.say(OPS, "a head", heard.append)
    assert workspace.wait_for_message(OPS, "a head")
    until(lambda: heard == [Shown.SHOWN])
    side.say("C0NOWHERE1", "a head", heard.append)
    until(lambda: heard[1:] == [Shown.LOST])
    monkeypatch.setattr("bot.slack.outbox.LIMIT", 0)
    side.say(OPS, "a head", heard.append)
    assert heard[2:] == [Shown.DUE]


@pytest.mark.parametrize("first", ["told", "fed"])
def test_what_nothing_comes_of_is_on_its_way_once(workspace: Workspace, side: SlackSide, first: str) -> None:
    """The clerk tells it, or it is fed from the record: whoever is second leaves it to the other."""
    desk = side._desk
    assert isinstance(desk, CannedDesk)
    desk.dues[7] = due = Due(7, 1.0, public=False)
    outcome = replace(done("not now\n"), number=7, due=due)
    desk.left = [Late(Request("restart web", Actor(VIEWER), Origin.SLASH, OPS), outcome)]
    board = side.board(approvals=None, ring=lambda: None)  # type: ignore[arg-type] - telling asks for neither
    ways = [side.feed, lambda: board.tell(DENIED)]
    with workspace.hang("chat.postEphemeral"):
        for way in ways if first == "fed" else reversed(ways):
            way()
    until(lambda: (due, Shown.SHOWN) in desk.shown)
    del desk.dues[7]
    board.tell(DENIED)
    tell(side, Place(OPS, VIEWER), done("the end\n"))
    workspace.wait_for_message(OPS, "the end", viewer=VIEWER)
    assert len([each for each in workspace.messages(OPS) if "not now" in each.body()]) == 1


def test_what_nothing_comes_of_stays_due_where_there_is_no_room_to_tell_it(
    side: SlackSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not on its way then, so that it is fed from the record later."""
    desk = side._desk
    assert isinstance(desk, CannedDesk)
    desk.dues[7] = due = Due(7, 1.0, public=False)
    monkeypatch.setattr("bot.slack.outbox.LANE_LIMIT", 0)
    side.board(approvals=None, ring=lambda: None).tell(DENIED)  # type: ignore[arg-type] - as above
    assert desk.shown == [(due, Shown.DUE)]
    assert not side._flights.numbers
