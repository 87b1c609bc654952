"""Slash commands, mentions, direct messages and clicks become requests, and their answers go where they were asked."""

from __future__ import annotations

import time

import pytest
from canned import Joined, done

from bot.request import Actor, Origin, Outcome, Status
from bot.slack.pulse import awake
from bot.workspace.message import Message
from bot.workspace.people import ADMIN, BOT_USER, OPERATOR, OPS, PRIVATE, TEAM, UNJOINED, VIEWER
from commands.reply import Button, Buttons, Output, Reply

DIRECT = "D" + VIEWER[1:]


def test_a_slash_command_is_answered_to_the_asker_alone(joined: Joined) -> None:
    """It is acknowledged with an empty body, read as it was meant, and answered where it was asked."""
    given = joined.workspace.slash(VIEWER, OPS, "ps \u2014all").wait()
    message = joined.workspace.wait_for_message(OPS, "did ps --all", viewer=VIEWER)
    (request,) = joined.desk.taken
    assert given.ack_body is None
    assert (request.line, request.actor, request.origin) == ("ps --all", Actor(VIEWER, TEAM), Origin.SLASH)
    assert (request.channel, request.thread, request.delivery) == (OPS, "", given.trigger_id)
    assert message.only_for == VIEWER


def test_what_lay_before_us_while_we_stood_still_is_as_old_as_that(by_socket: Joined) -> None:
    """Slack says of no slash command by socket when it was given: one that is read after a sleep may be of before."""
    pulse = by_socket.side._pulse
    pulse.now = lambda: awake() + 70
    before = time.time()
    by_socket.workspace.slash(VIEWER, OPS, "ps").wait()
    for seconds in (4, 8):  # awake all the time, and for longer than GRACE
        pulse.now = lambda seconds=seconds: awake() + 70 + seconds  # type: ignore[misc]
        pulse.waited()
    by_socket.workspace.slash(VIEWER, OPS, "ps").wait()
    late, fresh = (request.received - before for request in by_socket.desk.taken)
    assert late < -60
    assert fresh >= 0


def test_the_command_alone_asks_for_help(joined: Joined) -> None:
    """An empty text is the line `help`."""
    joined.workspace.slash(VIEWER, OPS, "").wait()
    joined.workspace.mention(VIEWER, OPS, "").wait()
    assert [request.line for request in joined.desk.taken] == ["help", "help"]


def test_what_changes_something_is_seen_by_the_channel(joined: Joined) -> None:
    """A public answer says first who asked."""
    joined.workspace.slash(OPERATOR, OPS, "restart web").wait()
    message = joined.workspace.wait_for_message(OPS, "did restart web", viewer=VIEWER)
    assert message.only_for is None
    assert message.text.startswith(f"<@{OPERATOR}> ran docker restart web")


def test_a_channel_that_the_bot_has_not_joined_is_answered_too(joined: Joined) -> None:
    """Both kinds of answer reach it through the response URL."""
    joined.workspace.slash(OPERATOR, UNJOINED, "ps").wait()
    joined.workspace.slash(OPERATOR, UNJOINED, "restart web").wait()
    assert joined.workspace.wait_for_message(UNJOINED, "did ps", viewer=OPERATOR).only_for == OPERATOR
    assert joined.workspace.wait_for_message(UNJOINED, "did restart web", viewer=VIEWER).only_for is None


def test_a_mention_is_answered_under_itself(joined: Joined) -> None:
    """What everybody may see goes into the thread beneath the mention; what only the asker may, beside it."""
    joined.workspace.mention(OPERATOR, OPS, f"please <@{BOT_USER}> restart web").wait()
    joined.workspace.mention(OPERATOR, OPS, "ps").wait()
    public = joined.workspace.wait_for_message(OPS, "did restart web")
    private = joined.workspace.wait_for_message(OPS, "did ps", viewer=OPERATOR)
    asked = next(each for each in joined.workspace.messages(OPS) if "please" in each.text)
    assert (public.thread_ts, public.only_for) == (asked.ts, None)
    assert (private.thread_ts, private.only_for) == (None, OPERATOR)
    assert [request.origin for request in joined.desk.taken] == [Origin.MENTION, Origin.MENTION]


def test_a_mention_in_a_thread_is_answered_in_the_thread(joined: Joined) -> None:
    """Both kinds of answer stay in it."""
    first = joined.workspace.say(OPERATOR, OPS, "it is slow")
    joined.workspace.mention(OPERATOR, OPS, "ps", thread_ts=first.ts).wait()
    joined.workspace.mention(OPERATOR, OPS, "restart web", thread_ts=first.ts).wait()
    private = joined.workspace.wait_for_message(OPS, "did ps", viewer=OPERATOR)
    public = joined.workspace.wait_for_message(OPS, "did restart web")
    assert (private.thread_ts, public.thread_ts) == (first.ts, first.ts)
    assert {request.thread for request in joined.desk.taken} == {first.ts}


def test_a_direct_message_is_answered_in_the_conversation(joined: Joined) -> None:
    """The answer is an ordinary message that stays."""
    joined.workspace.direct(VIEWER, "`docker ps`").wait()
    message = joined.workspace.wait_for_message(DIRECT, "did docker ps")
    assert (message.only_for, message.thread_ts) == (None, None)
    assert [(each.origin, each.line) for each in joined.desk.taken] == [(Origin.DIRECT, "docker ps")]


def offer(joined: Joined, *, public: bool) -> Message:
    """A message with a button, asked for by an operator."""
    parts = (Output("web is down\n"), Buttons((Button("Restart web", "restart web", danger=True),)))
    joined.desk.answers = lambda _: Outcome(Status.DONE, Reply(parts), 1, public, "ps")
    joined.workspace.slash(OPERATOR, OPS, "ps").wait()
    message = joined.workspace.wait_for_message(OPS, "web is down", viewer=OPERATOR)
    joined.desk.answers = lambda request: done("did it\n", request.line, public=True)
    return message


def test_who_presses_a_button_is_who_asks(joined: Joined) -> None:
    """The button carries an opaque id; its line is run for the one who clicked and answered beneath the message."""
    message = offer(joined, public=True)
    pressed = joined.workspace.click(ADMIN, OPS, message.ts, "Restart web").wait()
    answer = joined.workspace.wait_for_message(OPS, "did it")
    request = joined.desk.taken[-1]
    assert (request.line, request.actor.id, request.origin) == ("restart web", ADMIN, Origin.BUTTON)
    assert request.delivery == pressed.trigger_id
    assert answer.text.startswith(f"<@{ADMIN}> ran docker restart web")
    assert answer.thread_ts == message.ts
    assert [element["value"] for _, element in message.elements()] == ["id0"]


def test_a_button_in_a_private_answer_is_answered_in_the_channel(joined: Joined) -> None:
    """An ephemeral message has no thread, and it is not replaced."""
    message = offer(joined, public=False)
    joined.workspace.click(OPERATOR, OPS, message.ts, "Restart web").wait()
    assert joined.workspace.wait_for_message(OPS, "did it").thread_ts is None
    assert joined.workspace.state.message(OPS, message.ts) == message


def test_a_button_that_nobody_remembers_runs_nothing(joined: Joined) -> None:
    """The one who clicked is told; nobody else is."""
    message = offer(joined, public=True)
    joined.desk.buttons.clear()
    joined.workspace.click(ADMIN, OPS, message.ts, "Restart web").wait()
    told = joined.workspace.wait_for_message(OPS, "not known any more", viewer=ADMIN)
    assert told.only_for == ADMIN
    assert len(joined.desk.taken) == 1


def test_what_the_desk_says_at_once_is_told(joined: Joined) -> None:
    """A request that found no worker is answered all the same."""
    joined.desk.busy = True
    joined.workspace.slash(VIEWER, OPS, "ps").wait()
    assert joined.workspace.wait_for_message(OPS, "The engine is busy.", viewer=VIEWER).only_for == VIEWER


def test_a_second_delivery_says_nothing(joined: Joined) -> None:
    """It is acknowledged, and there is one answer."""
    given = joined.workspace.slash(VIEWER, OPS, "ps").wait()
    joined.workspace.wait_for_message(OPS, "did ps", viewer=VIEWER)
    joined.workspace.redeliver(given)
    joined.workspace.wait_for(lambda: given.acks == 2)
    joined.workspace.slash(VIEWER, OPS, "images").wait()
    joined.workspace.wait_for_message(OPS, "did images", viewer=VIEWER)
    assert len([each for each in joined.workspace.messages(OPS) if "did ps" in each.plain()]) == 1


def test_an_old_event_keeps_its_age(joined: Joined) -> None:
    """A mention that Slack sends again minutes later is as old as it was, so that it is not run late."""
    given = joined.workspace.mention(VIEWER, OPS, "ps").wait()
    payload = {**given.payload, "event_id": "Ev0LATE", "event_time": given.payload["event_time"] - 300}
    joined.workspace.deliver("events_api", payload).wait()
    first, late = joined.desk.taken
    assert late.received == given.payload["event_time"] - 300
    assert first.received - late.received >= 300


FOREIGN = [
    {"team_id": "T0FOREIGN1"},
    {"enterprise_id": "E0FOREIGN1"},
    {"api_app_id": "A0FOREIGN1"},
]


@pytest.mark.attack("S4")
@pytest.mark.parametrize("fields", FOREIGN)
def test_other_workspaces_organisations_and_apps_are_not_heard(joined: Joined, fields: dict[str, str]) -> None:
    """Their requests are acknowledged and otherwise ignored, however well they are signed."""
    joined.workspace.slash(VIEWER, OPS, "ps", **fields).wait()
    given = joined.workspace.mention(VIEWER, OPS, "ps").wait()
    joined.workspace.deliver("events_api", given.payload | fields | {"event_id": "Ev0OTHER"}).wait()
    assert [request.delivery for request in joined.desk.taken] == [given.payload["event_id"]]


def test_an_outsider_in_a_shared_channel_is_not_heard(joined: Joined) -> None:
    """Neither what they say nor what they click, although Slack delivers both under our own workspace's id."""
    message = offer(joined, public=True)
    joined.workspace.change_user(ADMIN, team="T0FOREIGN1")
    joined.workspace.click(ADMIN, OPS, message.ts, "Restart web").wait()
    joined.workspace.mention(ADMIN, OPS, "ps").wait()
    joined.workspace.change_channel(OPS, is_ext_shared=True)
    joined.workspace.mention(VIEWER, OPS, "ps").wait()
    assert len(joined.desk.taken) == 1


def test_only_people_s_new_messages_are_heard(joined: Joined) -> None:
    """Our own messages, other bots', edits and joins are acknowledged and ignored."""
    given = joined.workspace.direct(VIEWER, "ps").wait()
    event = given.payload["event"]
    for i, change in enumerate(
        [
            {"user": BOT_USER},
            {"bot_id": "B0OTHER001"},
            {"subtype": "message_changed"},
            {"subtype": "channel_join"},
            {"type": "reaction_added"},
            {"channel_type": "channel"},
        ]
    ):
        payload = given.payload | {"event": event | change, "event_id": f"Ev0{i}"}
        joined.workspace.deliver("events_api", payload).wait()
    assert len(joined.desk.taken) == 1


def test_another_app_s_click_is_only_acknowledged(joined: Joined) -> None:
    """A click without a value of ours, or in a modal, is no request."""
    message = offer(joined, public=True)
    pressed = joined.workspace.click(ADMIN, OPS, message.ts, "Restart web").wait()
    joined.workspace.wait_for_message(OPS, "did it")
    action = {**pressed.payload["actions"][0], "value": ""}
    joined.workspace.deliver("interactive", {**pressed.payload, "actions": [action], "trigger_id": "1"}).wait()
    in_view = {**pressed.payload, "container": {"type": "view", "view_id": "V1"}, "trigger_id": "2"}
    joined.workspace.deliver("interactive", in_view).wait()
    assert len(joined.desk.taken) == 2


def test_a_schedule_tells_its_channel(joined: Joined) -> None:
    """What nobody asked for in Slack is told to the whole channel under its own name."""
    joined.side.post(PRIVATE, done("removed 3\n", "image prune"), "schedule:cleanup")
    message = joined.workspace.wait_for_message(PRIVATE, "removed 3")
    assert message.text.startswith("schedule:cleanup ran docker image prune")
    assert message.only_for is None


def offer_once(joined: Joined, *, public: bool) -> Message:
    """A message with a button that works once."""
    parts = (Output("Are you sure?\n"), Buttons((Button("Do it", "danger now", danger=True),)))
    joined.desk.answers = lambda _: Outcome(Status.HELD, Reply(parts), 1, public, "ps")
    joined.workspace.slash(OPERATOR, OPS, "ps").wait()
    message = joined.workspace.wait_for_message(OPS, "Are you sure?", viewer=OPERATOR)
    joined.desk.answers = lambda request: done("did it\n", request.line, public=True)
    return message


@pytest.mark.parametrize("public", [True, False])
def test_a_button_that_was_used_up_goes_and_says_who_pressed_it(joined: Joined, public: bool) -> None:
    """The message has no button any more; where Slack says what stood in it, that stays."""
    message = offer_once(joined, public=public)
    joined.workspace.click(OPERATOR, OPS, message.ts, "Do it").wait()
    joined.workspace.wait_for_message(OPS, "did it")
    changed = joined.workspace.wait_for_message(OPS, "pressed the button", viewer=OPERATOR)
    assert (changed.ts, changed.only_for, list(changed.elements())) == (message.ts, message.only_for, [])
    assert f"{OPERATOR} pressed the button for docker danger now · number 2" in changed.body()
    assert changed.text.startswith(f"<@{OPERATOR}> pressed the button for docker danger now")
    assert ("Are you sure?" in changed.body()) is public
    assert "Button: " not in changed.text


def test_a_button_goes_without_a_response_url_too(joined: Joined) -> None:
    """Where it is worn out, an ordinary message is changed by its time."""
    message = offer_once(joined, public=True)
    pressed = joined.workspace.click(OPERATOR, OPS, message.ts, "Do it")
    joined.workspace.tickets.responses[str(pressed.response_url).rpartition("/")[2]].uses = 5
    pressed.wait()
    changed = joined.workspace.wait_for_message(OPS, "pressed the button", viewer=OPERATOR)
    assert (changed.ts, list(changed.elements())) == (message.ts, [])
    assert "Are you sure?" in changed.body()
